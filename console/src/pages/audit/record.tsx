/** A management call at an address of its own: of the project, or of the domain. */
import { useQuery } from "@tanstack/react-query";
import { useParams } from "wouter";
import { asFailure } from "../../api/failure";
import { Id } from "../../components/copy";
import { Empty, Skeleton } from "../../components/empty";
import { FailureNote } from "../../components/failure";
import { Page } from "../../components/page";
import { useLanguage, useTexts } from "../../language/language";
import { texts } from "../../language/texts";
import { projectPath, useProject } from "../../session/project";
import type { SessionProject } from "../../session/shape";
import { askAudit } from "../requests/questions";
import { AuditedCall } from "./call";

const words = texts({
  title: ["Management call", "管理操作"],
  audit: ["Audit", "审计"],
  none: ["No record of this call", "没有该调用的记录"],
  noneWhy: [
    "Check that the id is complete. The call may also belong to another project, or no longer be kept.",
    "请确认 ID 是否完整。该调用也可能属于其他项目，或已超出保留期限。",
  ],
});

export default function ProjectRecord() {
  return <Recorded project={useProject()} />;
}

export function DomainRecord() {
  return <Recorded project={null} />;
}

function Recorded({ project }: { project: SessionProject | null }) {
  const t = useTexts(words);
  const { language } = useLanguage();
  const id = useParams<{ request: string }>().request;
  const { data, error, refetch } = useQuery({
    queryKey: ["audited", project?.id ?? "", id, language],
    queryFn: () => askAudit(project, id),
  });
  return (
    <Page
      title={t.title}
      crumbs={[{ title: t.audit, to: project ? projectPath(project, "audit") : "/audit" }]}
      about={<Id value={id} />}
      narrow
    >
      {error &&
        (asFailure(error).status === 404 ? (
          <Empty icon="audit" title={t.none}>
            {t.noneWhy}
          </Empty>
        ) : (
          <FailureNote error={error} retry={() => void refetch()} />
        ))}
      {!data && !error && <Skeleton lines={6} />}
      {data && <AuditedCall explained={data} />}
    </Page>
  );
}
