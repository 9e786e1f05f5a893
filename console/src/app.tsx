/** Who sees what: the sign-in page, or the shell with the page of the address. */
import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { Redirect, Route, Switch, useLocation } from "wouter";
import { FailureNote } from "./components/failure";
import { Page } from "./components/page";
import { Toasts } from "./components/toast";
import { useLanguage, useTexts } from "./language/language";
import { texts } from "./language/texts";
import { Missing } from "./pages/missing/missing";
import { SignIn } from "./pages/sign-in/sign-in";
import { PAGES, PROJECT_PAGES } from "./routing/routes";
import { projectPath, projectToBeginWith } from "./session/project";
import { RenewalDialog } from "./session/renewal-dialog";
import { useSession, useSessionState } from "./session/session";
import { Shell } from "./shell/shell";
import { recall } from "./state/remembered";

const words = texts({
  noProject: ["No project yet", "还没有项目"],
  noProjectWhy: [
    "You have no role in any project. An administrator of your domain can give you one.",
    "您在任何项目中都没有角色，请联系账号的管理员授权。",
  ],
});

export function App() {
  const { session, failure, retry } = useSessionState();
  const [location] = useLocation();
  useRefreshInLanguage();
  if (location === "/sign-in") return <SignIn />;
  if (session === undefined) {
    return failure ? (
      <Page title="Adyton" narrow>
        <FailureNote error={failure} retry={retry} />
      </Page>
    ) : null;
  }
  if (session === null) {
    const next = location + window.location.search;
    return <Redirect to={next === "/" ? "/sign-in" : `/sign-in?next=${encodeURIComponent(next)}`} replace />;
  }
  return (
    <>
      <Shell>
        <Switch>
          <Route path="/">
            <Home />
          </Route>
          {PAGES.map(({ path, page }) => (
            <Route key={path} path={`/${path}`} component={page} />
          ))}
          {PROJECT_PAGES.map(({ path, page }) => (
            <Route key={path} path={path ? `/p/:project/${path}` : "/p/:project"} component={page} />
          ))}
          <Route>
            <Missing />
          </Route>
        </Switch>
      </Shell>
      <RenewalDialog />
      <Toasts />
    </>
  );
}

/** What the server said stands in the language in which it was asked. */
function useRefreshInLanguage(): void {
  const { language } = useLanguage();
  const client = useQueryClient();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the language is what this waits for.
  useEffect(() => {
    void client.invalidateQueries({ predicate: (query) => query.queryKey[0] !== "session" });
  }, [language, client]);
}

/** The project that was looked at last. */
function Home() {
  const { projects } = useSession();
  const t = useTexts(words);
  const project = projectToBeginWith(projects, recall("project"));
  if (!project) {
    return (
      <Page title={t.noProject} narrow>
        <p>{t.noProjectWhy}</p>
      </Page>
    );
  }
  return <Redirect to={projectPath(project)} replace />;
}
