/** A request of the project, with all that is known of it. */
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "wouter";
import { Badge, toneOfHttp } from "../../components/badge";
import { LinkButton } from "../../components/button";
import { Skeleton } from "../../components/empty";
import { FailureNote } from "../../components/failure";
import { Page } from "../../components/page";
import { useLanguage, useTexts } from "../../language/language";
import { texts } from "../../language/texts";
import { projectPath, useMay, useProject } from "../../session/project";
import { Explained } from "./explained";
import { askRequest, useServices } from "./questions";
import { useRequestLine } from "./request-line";
import type { JournalRow } from "./shapes";

const words = texts({
  requests: ["Requests", "请求"],
  request: ["Request", "请求"],
  alike: ["Others with this sub-code", "相同子错误码的请求"],
});

export default function RequestPage() {
  const t = useTexts(words);
  const project = useProject();
  const { language } = useLanguage();
  const id = useParams<{ request: string }>().request;
  const requestLine = useRequestLine();
  const { data, error, refetch } = useQuery({
    queryKey: ["request", project.id, id, language],
    queryFn: () => askRequest(project, id),
    placeholderData: (before) => before,
  });
  const crumbs = [{ title: t.requests, to: projectPath(project, "requests") }];
  if (!data)
    return (
      <Page title={t.request} crumbs={crumbs}>
        {error ? <FailureNote error={error} retry={() => void refetch()} /> : <Skeleton lines={8} />}
      </Page>
    );
  const { row, explanation } = data;
  return (
    <Page
      title={requestLine(row.method, row.path)}
      crumbs={crumbs}
      aside={
        <Badge tone={toneOfHttp(row.status)}>
          {row.status} {row.error_code ?? ""}
        </Badge>
      }
      actions={
        row.reason && (
          <LinkButton
            to={projectPath(project, `requests?code=${encodeURIComponent(row.reason)}`)}
            icon="filter"
          >
            {t.alike}
          </LinkButton>
        )
      }
    >
      <Explained explanation={explanation} row={row} service={<ServiceLink row={row} />} />
    </Page>
  );
}

function ServiceLink({ row }: { row: JournalRow }) {
  const project = useProject();
  const services = useServices();
  const may = useMay();
  if (!row.service) return "–";
  const name = <bdi>{services.get(row.service) ?? row.service}</bdi>;
  if (!may("modelarts:service:get")) return name;
  return <Link href={projectPath(project, `services/${row.service}`)}>{name}</Link>;
}
