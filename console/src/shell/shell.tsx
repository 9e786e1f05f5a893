/** What stands around every page: the navigation, the project, the search, the user. On a narrow screen it is a drawer. */
import { lazy, type ReactNode, Suspense, useEffect, useRef, useState } from "react";
import { useLocation, useRoute } from "wouter";
import { IconButton } from "../components/button";
import { Skeleton } from "../components/empty";
import { Page } from "../components/page";
import { useTexts } from "../language/language";
import { texts } from "../language/texts";
import { ServiceNews } from "../live/service-news";
import { Missing } from "../pages/missing/missing";
import { ProjectProvider, projectToBeginWith } from "../session/project";
import { useSession } from "../session/session";
import { recall } from "../state/remembered";
import { Boundary } from "./boundary";
import { Connection } from "./connection";
import { Mark } from "./mark";
import classes from "./shell.module.css";
import { usePalette } from "./use-palette";

const Palette = lazy(() => import("./palette"));

import { useScroll } from "./scroll";
import { Side } from "./side";

const words = texts({
  open: ["Open the navigation", "打开导航"],
  close: ["Close the navigation", "关闭导航"],
  search: ["Search", "搜索"],
  skip: ["Skip to the content", "跳到正文"],
});

export function Shell({ children }: { children: ReactNode }) {
  const t = useTexts(words);
  const { projects } = useSession();
  const [location] = useLocation();
  const [inProject, params] = useRoute("/p/:project/*?");
  const palette = usePalette();
  const [drawer, setDrawer] = useState(false);
  const main = useRef<HTMLElement>(null);

  useScroll(location);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another page closes the drawer.
  useEffect(() => setDrawer(false), [location]);
  useEffect(() => {
    if (!drawer) return;
    const onKey = (event: KeyboardEvent) => event.key === "Escape" && setDrawer(false);
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [drawer]);

  const named = params?.project;
  const begun = inProject ? undefined : projectToBeginWith(projects, recall("project"));
  const project = projects.find((one) => one.name === named || one.id === named) ?? begun;
  const page = inProject && !project ? <Missing /> : children;
  const frame = (
    <div className={classes.shell}>
      <button type="button" className={classes.skip} onClick={() => main.current?.focus()}>
        {t.skip}
      </button>
      <header className={classes.bar}>
        <IconButton
          icon={drawer ? "close" : "menu"}
          label={drawer ? t.close : t.open}
          aria-expanded={drawer}
          onPress={() => setDrawer(!drawer)}
        />
        <Mark small />
        <IconButton icon="search" label={t.search} onPress={palette.open} />
      </header>
      {drawer && <div className={classes.veil} onPointerDown={() => setDrawer(false)} />}
      <Side open={drawer} project={project ?? null} onSearch={palette.open} />
      <main id="content" ref={main} tabIndex={-1} className={classes.main}>
        <Connection />
        <Boundary key={location}>
          <Suspense fallback={<Loading />}>{page}</Suspense>
        </Boundary>
      </main>
      <ServiceNews />
      {palette.isOpen && (
        <Suspense fallback={null}>
          <Palette isOpen onClose={palette.close} />
        </Suspense>
      )}
    </div>
  );
  return project ? <ProjectProvider project={project}>{frame}</ProjectProvider> : frame;
}

function Loading() {
  return (
    <Page title="">
      <Skeleton lines={5} />
    </Page>
  );
}
