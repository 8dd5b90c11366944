# Runs a program in a terminal with a message and an environment that stand in files (launch.ts).
#   launch.sh ENVIRONMENT MESSAGE PROGRAM [ARGUMENT…]      an argument may hold {prompt}, where the message goes
# The message is the value of a variable and never part of a line that a shell reads.
environment=$1 message=$2
shift 2
if [ ! -r "$environment" ]; then
  echo "This ran for one message. Send another one in its chat."
  exit 0
fi
. "$environment"
rm -f "$environment"
prompt=
if [ -r "$message" ]; then
  # The substitution takes newlines from the end, so something stands behind them.
  prompt=$(cat "$message" && echo .)
  prompt=${prompt%?}
  rm -f "$message"
fi
n=$#
while [ "$n" -gt 0 ]; do
  word=$1
  shift
  case $word in *"{prompt}"*) word=${word%%"{prompt}"*}$prompt${word#*"{prompt}"} ;; esac
  set -- "$@" "$word"
  n=$((n - 1))
done
# Signals of the terminal go to the program as well, which decides.
trap : INT QUIT TERM HUP
"$@"
code=$?
# The system throws away what a terminal has not read when its first process ends: the last words are on their way.
# What waits for them is nothing of the agent's.
unset BOOCODE_AGENT
sleep 0.3
exit "$code"
