/** A page that breaks leaves the rest standing, and says so. */
import { Component, type ReactNode } from "react";
import { FailureNote } from "../components/failure";
import { Page } from "../components/page";

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
        <FailureNote error={this.state.error} retry={() => location.reload()} />
      </Page>
    );
  }
}
