/** An address that leads nowhere. */
import { LinkButton } from "../../components/button";
import { Empty } from "../../components/empty";
import { Page } from "../../components/page";
import { useTexts } from "../../language/language";
import { texts } from "../../language/texts";

const words = texts({
  title: ["Page not found", "页面不存在"],
  about: [
    "There is no page at this address. It may have been deleted, or your roles do not allow it.",
    "该地址没有对应的页面：内容可能已被删除，或您没有相应的权限。",
  ],
  home: ["Go to the home page", "返回首页"],
});

export function Missing() {
  const t = useTexts(words);
  return (
    <Page title="">
      <Empty icon="search" title={t.title} action={<LinkButton to="/">{t.home}</LinkButton>}>
        {t.about}
      </Empty>
    </Page>
  );
}
