/** A page: where it is, what it is called, what can be done, and what it shows. It names the window, too. */
import { Fragment, type ReactNode, useEffect } from "react";
import { Link } from "wouter";
import { useTexts } from "../language/language";
import { texts } from "../language/texts";
import { Icon } from "./icon";
import classes from "./page.module.css";

const words = texts({ above: ["Pages above", "上级页面"] });

export interface Crumb {
  title: string;
  to: string;
}

interface Props {
  title: string;
  /** Where it is: the pages above it. */
  crumbs?: Crumb[];
  /** Beside the title: a state. */
  aside?: ReactNode;
  /** Below the title: one sentence or a few facts. */
  about?: ReactNode;
  actions?: ReactNode;
  /** Between head and content: tabs. */
  tabs?: ReactNode;
  /** Text and forms are not stretched over a wide screen. */
  narrow?: boolean;
  children: ReactNode;
}

export function Page({ title, crumbs = [], aside, about, actions, tabs, narrow = false, children }: Props) {
  const t = useTexts(words);
  useEffect(() => {
    document.title = title ? `${title} · Adyton` : "Adyton";
  }, [title]);
  return (
    <div className={`${classes.page} ${narrow ? classes.narrow : ""}`}>
      <header className={`${classes.head} ${tabs ? classes.withTabs : ""}`}>
        {crumbs.length > 0 && (
          <nav className={classes.crumbs} aria-label={t.above}>
            {crumbs.map((crumb) => (
              <Fragment key={crumb.to}>
                <Link href={crumb.to}>{crumb.title}</Link>
                <Icon name="chevron" />
              </Fragment>
            ))}
          </nav>
        )}
        <div className={classes.line}>
          {title.trim() && <h1 dir="auto">{title}</h1>}
          {aside}
          {actions && <div className={classes.actions}>{actions}</div>}
        </div>
        {about && <div className={classes.about}>{about}</div>}
        {tabs}
      </header>
      {children}
    </div>
  );
}

/** A part of a page with a heading. */
export function Section({
  title,
  actions,
  about,
  children,
}: {
  title: string;
  actions?: ReactNode;
  about?: ReactNode;
  children: ReactNode;
}) {
  return (
    <section className={classes.section} aria-label={title}>
      <div className={classes.sectionHead}>
        <h2>{title}</h2>
        {actions && <div className={classes.actions}>{actions}</div>}
      </div>
      {about && <div className={classes.sectionAbout}>{about}</div>}
      {children}
    </section>
  );
}

/** A surface with a border. */
export function Card({ children, padded = true }: { children: ReactNode; padded?: boolean }) {
  return <div className={`${classes.card} ${padded ? classes.padded : ""}`}>{children}</div>;
}

/** Facts: a name and a value each. */
export function Facts({ facts }: { facts: [string, ReactNode][] }) {
  return (
    <dl className={classes.facts}>
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
