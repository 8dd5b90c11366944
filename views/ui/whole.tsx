/** The last of a row with `data-row` (utilities.css). */
export const Whole = () => <i data-whole hidden></i>;
