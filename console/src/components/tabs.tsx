/** Tabs of a page. Each has an address of its own, so they are links. */
import { Link, useLocation } from "wouter";
import classes from "./tabs.module.css";

export interface Tab {
  title: string;
  /** Below the page's own address; the first is the page itself. */
  to: string;
}

export function Tabs({ label, tabs }: { label: string; tabs: Tab[] }) {
  const [location] = useLocation();
  return (
    <nav aria-label={label} className={classes.tabs}>
      {tabs.map((tab) => (
        <Link
          key={tab.to}
          href={tab.to}
          className={classes.tab}
          aria-current={location === tab.to ? "page" : undefined}
        >
          {tab.title}
        </Link>
      ))}
    </nav>
  );
}
