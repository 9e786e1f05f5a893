/** A request by its id alone: found wherever the reader may look, explained to whoever sent it. */
import { useQuery } from "@tanstack/react-query";
import { Redirect, useParams } from "wouter";
import { asFailure } from "../../api/failure";
import { Badge, toneOfHttp } from "../../components/badge";
import { Id } from "../../components/copy";
import { Empty, Skeleton } from "../../components/empty";
import { FailureNote } from "../../components/failure";
import { Page } from "../../components/page";
import { useLanguage, useTexts } from "../../language/language";
import { texts } from "../../language/texts";
import { projectPath } from "../../session/project";
import { useSession } from "../../session/session";
import { recall } from "../../state/remembered";
import { AuditedCall } from "../audit/call";
import { Explained } from "../requests/explained";
import { findRequest } from "../requests/questions";

const words = texts({
  title: ["Explanation", "请求解释"],
  unknown: ["No record of this id", "没有该 ID 的记录"],
  unknownWhy: [
    "Check that it is complete. The request may also be no longer kept, or belong to another server or user.",
    "请确认 ID 是否完整。该请求也可能已超出保留期限，或属于其他服务器、其他用户。",
  ],
  own: [
    "You see your part of the explanation: what you sent, and what was expected.",
    "这里只显示与您有关的部分：您发送的内容，以及期望的内容。",
  ],
});

export default function ExplainPage() {
  const t = useTexts(words);
  const { language } = useLanguage();
  const { projects, permissions } = useSession();
  const id = useParams<{ request: string }>().request;
  const { data, error, refetch } = useQuery({
    queryKey: ["found", id, language],
    queryFn: () => {
      const last = recall("project");
      const ordered = [...projects].sort((a, b) => Number(b.name === last) - Number(a.name === last));
      return findRequest(id, ordered, permissions.has("system:audit:get"));
    },
  });
  const isUnknown = error !== null && asFailure(error).status === 404;
  if (data?.at === "project") return <Redirect to={projectPath(data.project, `requests/${id}`)} replace />;
  return (
    <Page
      title={t.title}
      about={
        <>
          <Id value={id} />
          {data?.at === "own" && <p>{t.own}</p>}
        </>
      }
      aside={
        data?.at === "own" && (
          <Badge tone={toneOfHttp(data.explanation.status)}>
            {data.explanation.status} {data.explanation.code ?? ""}
          </Badge>
        )
      }
    >
      {isUnknown && (
        <Empty icon="search" title={t.unknown}>
          {t.unknownWhy}
        </Empty>
      )}
      {error && !isUnknown && <FailureNote error={error} retry={() => void refetch()} />}
      {!data && !error && <Skeleton lines={6} />}
      {data?.at === "own" && <Explained explanation={data.explanation} />}
      {data?.at === "audit" && <AuditedCall explained={data.explained} />}
    </Page>
  );
}
