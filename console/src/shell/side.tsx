/** The navigation at the side: project, search, pages, user. */
import { Fragment } from "react";
import { Button } from "react-aria-components/Button";
import { Link, useLocation } from "wouter";
import { Icon } from "../components/icon";
import { Menu } from "../components/menu";
import { tellFailure } from "../components/toast";
import { useTexts } from "../language/language";
import { texts } from "../language/texts";
import { NAVIGATION, type NavigationEntry, titles } from "../routing/navigation";
import { projectPath } from "../session/project";
import { useSession, useSessionState } from "../session/session";
import type { SessionProject } from "../session/shape";
import { Mark } from "./mark";
import { useLanguageEntries, useThemeEntries } from "./preferences";
import classes from "./side.module.css";

const words = texts({
  navigation: ["Navigation", "导航"],
  project: ["Project", "项目"],
  search: ["Find or paste ID", "搜索或粘贴 ID"],
  account: ["Account", "账号"],
  reference: ["Reference", "参考"],
  user: ["User menu", "用户菜单"],
  signOut: ["Sign out", "退出登录"],
});

interface Props {
  open: boolean;
  project: SessionProject | null;
  onSearch: () => void;
}

export function Side({ open, project, onSearch }: Props) {
  const t = useTexts(words);
  const entries = useOffered(project);
  const partOf = (part: NavigationEntry["part"]) => entries.filter((entry) => entry.part === part);
  return (
    <nav aria-label={t.navigation} className={`${classes.side} ${open ? classes.open : ""}`}>
      <Link href="/" className={classes.brand} aria-label="Adyton">
        <Mark small />
      </Link>
      {project && <ProjectSwitch project={project} />}
      <Button className={classes.search as string} onPress={onSearch}>
        <Icon name="search" />
        <span>{t.search}</span>
        <kbd>{/Mac|iPhone|iPad/.test(navigator.userAgent) ? "⌘K" : "Ctrl K"}</kbd>
      </Button>
      <Entries entries={partOf("project")} project={project} />
      {(["account", "reference"] as const).map(
        (part) =>
          partOf(part).length > 0 && (
            <Fragment key={part}>
              <h2 className={classes.heading}>{t[part]}</h2>
              <Entries entries={partOf(part)} project={project} />
            </Fragment>
          ),
      )}
      <UserMenu />
    </nav>
  );
}

/** The entries that this user may open. */
export function useOffered(project: SessionProject | null): NavigationEntry[] {
  const { permissions } = useSession();
  return NAVIGATION.filter(({ part, needs }) => {
    if (part === "project" && !project) return false;
    return !needs || (part === "project" ? project?.permissions.has(needs) : permissions.has(needs));
  });
}

export function addressOf(entry: NavigationEntry, project: SessionProject | null): string {
  return entry.part === "project" && project ? projectPath(project, entry.path) : `/${entry.path}`;
}

function Entries({ entries, project }: { entries: NavigationEntry[]; project: SessionProject | null }) {
  const names = useTexts(titles);
  const [location] = useLocation();
  return (
    <ul className={classes.entries}>
      {entries.map((entry) => {
        const to = addressOf(entry, project);
        const current = location === to || (entry.path !== "" && location.startsWith(`${to}/`));
        return (
          <li key={entry.title}>
            <Link href={to} className={classes.entry} aria-current={current ? "page" : undefined}>
              <Icon name={entry.icon} />
              {names[entry.title]}
            </Link>
          </li>
        );
      })}
    </ul>
  );
}

function ProjectSwitch({ project }: { project: SessionProject }) {
  const t = useTexts(words);
  const { projects } = useSession();
  const [, navigate] = useLocation();
  const entries = projects.map((one) => ({
    id: one.id,
    title: one.name,
    detail: one.roles.join(", "),
    checked: one.id === project.id,
    onAction: () => navigate(projectPath(one)),
  }));
  return (
    <Menu label={t.project} entries={entries}>
      <Button className={classes.project as string} aria-label={`${t.project}: ${project.name}`}>
        <span className={classes.projectName} dir="auto">
          {project.name}
        </span>
        <Icon name="down" />
      </Button>
    </Menu>
  );
}

function UserMenu() {
  const t = useTexts(words);
  const { user, domain } = useSession();
  const { end } = useSessionState();
  const entries = [
    ...useLanguageEntries(),
    ...useThemeEntries(),
    { id: "out", title: t.signOut, icon: "signout" as const, onAction: () => void end().catch(tellFailure) },
  ];
  return (
    <div className={classes.foot}>
      <Menu label={t.user} entries={entries}>
        <Button className={classes.user as string}>
          <span className={classes.initial} data-initial={[...user.name][0]?.toUpperCase()} />
          <span className={classes.names}>
            <span dir="auto">{user.name}</span>
            <span className={classes.domain} dir="auto">
              {domain.name}
            </span>
          </span>
          <span className="visually-hidden">{t.user}</span>
          <Icon name="more" />
        </Button>
      </Menu>
    </div>
  );
}
