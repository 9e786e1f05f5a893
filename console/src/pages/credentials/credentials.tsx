/** One's own credentials: access keys, and the password. */
import { useQuery } from "@tanstack/react-query";
import { Page } from "../../components/page";
import { useTexts } from "../../language/language";
import { texts } from "../../language/texts";
import { useSession } from "../../session/session";
import { AccessKeys } from "./access-keys";
import { Password } from "./password";
import { askKeys } from "./questions";

const words = texts({
  title: ["My credentials", "我的凭证"],
  about: [
    "An access key signs calls as you, with your roles. For programs that call services, use an app.",
    "访问密钥以您的身份和角色对调用进行签名。供程序调用服务时，建议使用应用。",
  ],
});

export default function CredentialsPage() {
  const t = useTexts(words);
  const { user } = useSession();
  const keys = useQuery({ queryKey: ["keys", user.id], queryFn: () => askKeys(user.id) });
  return (
    <Page title={t.title} about={t.about} narrow>
      <AccessKeys user={user.id} keys={keys.data?.credentials} error={keys.error} mayChange />
      <Password />
    </Page>
  );
}
