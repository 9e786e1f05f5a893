/** A page that breaks leaves the rest standing, and says so. */
import { Component, type ReactNode } from "react";
import { Failure } from "../api/failure";
import { FailureNote } from "../components/failure";
import { Page } from "../components/page";
import { currentLanguage } from "../language/language";
import { texts } from "../language/texts";

const words = texts({
  unloaded: [
    "This page cannot be loaded: the server was updated, or cannot be reached.",
    "页面无法加载：服务器已更新，或无法连接。",
  ],
});

/** What browsers say of a part of the console that is not there, each in its own words. */
const UNLOADED = /preload CSS|dynamically imported module|importing a module script/i;

interface State {
  error: unknown;
}

export class Boundary extends Component<{ children: ReactNode }, State> {
  override state: State = { error: null };

  static getDerivedStateFromError(error: unknown): State {
    return { error };
  }

  override render(): ReactNode {
    if (this.state.error === null) return this.props.children;
    return (
      <Page title="" narrow>
        <FailureNote error={told(this.state.error)} retry={() => location.reload()} />
      </Page>
    );
  }
}

function told(error: unknown): unknown {
  const isUnloaded = error instanceof Error && UNLOADED.test(error.message);
  return isUnloaded ? new Failure(words[currentLanguage()].unloaded) : error;
}
