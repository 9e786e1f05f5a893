/** The icons, drawn for a grid of 16 with one pen. They are ornaments beside a text, or stand in a button that has a label. */
import classes from "./icon.module.css";

const PATHS = {
  alert: "M8 2.2 14.4 13.4H1.6zM8 6.4v3.2M8 11.4v.1",
  app: "M2.5 5.5h11v8h-11zM5.5 5.5v-3h5v3M8 8.5v2",
  arrow: "M3 8h10M9 4l4 4-4 4",
  audit: "M4 2.5h8v11H4zM6.2 5.5h3.6M6.2 8h3.6M6.2 10.5h2",
  back: "M13 8H3M7 4 3 8l4 4",
  book: "M8 3.6C6.6 2.6 4.6 2.4 2.5 2.5v10c2.1-.1 4.1.1 5.5 1.1 1.4-1 3.4-1.2 5.5-1.1v-10C11.4 2.4 9.4 2.6 8 3.6zM8 3.6v10",
  check: "m3 8.5 3.2 3.2L13 4.8",
  chevron: "m6 3.5 4.5 4.5L6 12.5",
  clock: "M8 2.2a5.8 5.8 0 1 0 0 11.6A5.8 5.8 0 0 0 8 2.2zM8 5v3.2l2.2 1.4",
  close: "m3.8 3.8 8.4 8.4M12.2 3.8l-8.4 8.4",
  copy: "M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3",
  cube: "M8 1.8 13.5 5v6L8 14.2 2.5 11V5zM2.5 5 8 8.2 13.5 5M8 8.2v6",
  down: "m3.5 6 4.5 4.5L12.5 6",
  filter: "M2 3.5h12M4.5 8h7M6.5 12.5h3",
  home: "M2.5 7.2 8 2.5l5.5 4.7v6.3h-4v-4h-3v4h-4z",
  key: "M10.5 2.5a3 3 0 1 0-2.6 4.5L3 11.9v1.6h2v-1.4h1.4v-1.5h1.4l1.4-1.4a3 3 0 0 0 1.3-6.7z",
  language:
    "M8 2.2a5.8 5.8 0 1 0 0 11.6A5.8 5.8 0 0 0 8 2.2zM2.4 8h11.2M8 2.2c-3.4 3.4-3.4 8.2 0 11.6 3.4-3.4 3.4-8.2 0-11.6z",
  layers: "M8 2.2 14 5.4 8 8.6 2 5.4zM2.3 8.1 8 11.1l5.7-3M2.3 10.8 8 13.8l5.7-3",
  link: "M6.8 9.2 9.2 6.8M7 4.6l1.6-1.6a3.1 3.1 0 0 1 4.4 4.4L11.4 9M9 11.4 7.4 13A3.1 3.1 0 0 1 3 8.6L4.6 7",
  log: "M2.5 3.5h11M2.5 6.5h7M2.5 9.5h11M2.5 12.5h5",
  menu: "M2.5 4.5h11M2.5 8h11M2.5 11.5h11",
  minus: "M3.5 8h9",
  moon: "M13.2 9.6A5.6 5.6 0 0 1 6.4 2.8a5.6 5.6 0 1 0 6.8 6.8z",
  more: "M3.5 8h.1M8 8h.1M12.4 8h.1",
  play: "M4.5 2.8v10.4L13 8z",
  plus: "M8 3.2v9.6M3.2 8h9.6",
  refresh: "M13 8a5 5 0 1 1-1.6-3.7M13.4 2v2.8h-2.8",
  requests: "M2.5 5h8.5M8.5 2.5 11 5 8.5 7.5M13.5 11H5M7.5 8.5 5 11l2.5 2.5",
  search: "M7 2.6a4.4 4.4 0 1 0 0 8.8 4.4 4.4 0 0 0 0-8.8zM10.2 10.2l3.6 3.6",
  send: "M13.8 2.2 2 6.4l5 2.6 2.6 5zM7 9l2.6-2.6",
  signout: "M9.5 3v-.5h-7v11h7V13M6 8h8M11.2 5.2 14 8l-2.8 2.8",
  stop: "M3.8 3.8h8.4v8.4H3.8z",
  sun: "M8 5.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6zM8 1.5v1.2M8 13.3v1.2M1.5 8h1.2M13.3 8h1.2M3.4 3.4l.9.9M11.7 11.7l.9.9M3.4 12.6l.9-.9M11.7 4.3l.9-.9",
  system: "M2 3h12v8H2zM6 13.5h4M8 11v2.5",
  tag: "M2.5 2.5h5.2l6 6-5.2 5.2-6-6zM5.3 5.3h.1",
  trash: "M2.8 4.2h10.4M6 4.2V2.5h4v1.7M4 4.2l.7 9.3h6.6l.7-9.3M6.8 6.8v4M9.2 6.8v4",
  undo: "M3 6.5h7a3.3 3.3 0 0 1 0 6.6H6M5.8 3.5l-3 3 3 3",
  upload: "M8 10.5v-8M4.8 5.5 8 2.3l3.2 3.2M2.5 10.5v3h11v-3",
  users:
    "M6 2.6a2.4 2.4 0 1 0 0 4.8 2.4 2.4 0 0 0 0-4.8zM1.5 13.4c0-2.6 1.8-4.2 4.5-4.2s4.5 1.6 4.5 4.2M10.8 3a2.2 2.2 0 0 1 0 4.2M12 9.6c1.6.5 2.5 1.9 2.5 3.8",
  wave: "M1.5 8h2.8l2-5 3.2 10 2-5h3",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, className }: { name: IconName; className?: string | undefined }) {
  return (
    <svg
      aria-hidden="true"
      className={`${classes.icon} ${className ?? ""}`}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth={name === "more" ? 2.2 : 1.35}
      strokeLinecap="round"
      strokeLinejoin="round"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
