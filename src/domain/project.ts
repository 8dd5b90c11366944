export interface Project {
  id: string;
  /** Real path of the directory. */
  path: string;
  name: string;
  is_git: boolean;
  created_at: Date;
}
