/** The sign of Adyton: a chamber within a chamber. */
import classes from "./mark.module.css";

export function Mark({ small = false }: { small?: boolean }) {
  return (
    <span className={`${classes.mark} ${small ? classes.small : ""}`}>
      <svg viewBox="0 0 32 32" aria-hidden="true">
        <rect width="32" height="32" rx="7" fill="var(--accent)" />
        <path
          d="M9 24V8h14v16M13.5 24V12.5h5V24"
          fill="none"
          stroke="var(--accent-ink)"
          strokeWidth="2.6"
          strokeLinecap="square"
        />
      </svg>
      <span>Adyton</span>
    </span>
  );
}
