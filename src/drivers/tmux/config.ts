/**
 * The configuration of our tmux server. The page is the window manager: no prefix, no status line, no key of tmux's own.
 * `-q` where an option is younger than the oldest tmux we take (3.2).
 */
export interface TmuxOptions {
  /** Lines of scrollback of terminals that are opened from now on. */
  history_lines: number;
  /** `TERM` inside: tmux-256color where its terminfo entry exists. */
  term: string;
}

export const tmuxConfig = ({ history_lines, term }: TmuxOptions): string => `# Written by BooCode at each start.
set -g default-terminal "${term}"
set -ga terminal-features "xterm*:256:RGB:usstyle:strikethrough:overline:hyperlinks:focus:bpaste:mouse:ccolour:cstyle:title"
set -gq history-limit ${history_lines}
set -g escape-time 10
set -g focus-events on
set -g mouse on
set -g status off
set -g set-titles off
# Names and titles: programs may set their own title, which is shown as text, and rename nothing.
set -g allow-rename off
set -g automatic-rename off
# No program writes into the clipboard of whoever looks on (OSC 52), nor past tmux to the browser's terminal.
set -g set-clipboard off
set -gq allow-passthrough off
set -g window-size latest
set -g remain-on-exit on
set -gq remain-on-exit-format ""
set -g update-environment ""
set -g visual-bell off
set -g bell-action any
set -g mode-keys vi
set -g prefix None
set -g prefix2 None
set -g lock-after-time 0
set -g display-time 1500
set -g message-style "reverse"
set -g mode-style "reverse"
set -gq copy-mode-match-style "underscore,bold"
set -gq copy-mode-current-match-style "reverse"
# Around a window that is smaller than this screen, because somebody with a smaller one types.
set -gq fill-character " "
set -g pane-border-style "fg=brightblack"
set -g pane-active-border-style "fg=brightblack"
# Every key belongs to the program. Of the mouse only the wheel is ours, where no program wants it: it scrolls back.
unbind -q -a -T prefix
unbind -q -a -T root
bind -n WheelUpPane if -F "#{||:#{pane_in_mode},#{mouse_any_flag}}" { send -M } { if -F "#{alternate_on}" { send -N 3 Up } { copy-mode -e } }
bind -n WheelDownPane if -F "#{||:#{pane_in_mode},#{mouse_any_flag}}" { send -M } { if -F "#{alternate_on}" { send -N 3 Down } }
bind -n MouseDown1Pane send -M
bind -n MouseDown2Pane if -F "#{mouse_any_flag}" { send -M }
bind -n MouseDown3Pane if -F "#{mouse_any_flag}" { send -M }
bind -n MouseDrag1Pane if -F "#{mouse_any_flag}" { send -M }
# Scrolled back: the wheel and the page keys move; any other key returns to the end and is typed there.
unbind -q -a -T copy-mode-vi
bind -n S-PPage if -F "#{mouse_any_flag}" { send S-PPage } { copy-mode -eu }
bind -T copy-mode-vi S-PPage send -X page-up
bind -T copy-mode-vi S-NPage send -X page-down
bind -T copy-mode-vi WheelUpPane send -X -N 3 scroll-up
bind -T copy-mode-vi WheelDownPane send -X -N 3 scroll-down
bind -T copy-mode-vi PPage send -X page-up
bind -T copy-mode-vi NPage send -X page-down
bind -T copy-mode-vi Escape send -X cancel
bind -T copy-mode-vi MouseDown1Pane if -F 0 {}
bind -T copy-mode-vi Any { send -X cancel ; send }
# What happens in it is told to whoever waits (tmux wait-for ${CHANNEL}).
set-hook -g pane-died "wait-for -S ${CHANNEL}"
set-hook -g session-closed "wait-for -S ${CHANNEL}"
set-hook -g client-attached "wait-for -S ${CHANNEL}"
set-hook -g client-detached "wait-for -S ${CHANNEL}"
set-hook -g client-resized "wait-for -S ${CHANNEL}"
`;

/** The channel of tmux's wait-for. */
export const CHANNEL = "boocode";
