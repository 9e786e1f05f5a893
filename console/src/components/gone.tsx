/** In place of the page of a thing that there is not, or not any more: says so, and leads to those that there are. */
import { LinkButton } from "./button";
import { Empty } from "./empty";
import type { IconName } from "./icon";
import { type Crumb, Page } from "./page";

interface Props {
  icon: IconName;
  title: string;
  why: string;
  /** What the list above is called in the button that leads there. */
  all: string;
  list: Crumb;
}

export function Gone({ icon, title, why, all, list }: Props) {
  return (
    <Page title="" crumbs={[list]}>
      <Empty icon={icon} title={title} action={<LinkButton to={list.to}>{all}</LinkButton>}>
        {why}
      </Empty>
    </Page>
  );
}
