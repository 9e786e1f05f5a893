/** Why a request was answered as it was: to whoever may read the project's requests, and to whoever sent it. */
import { useParams } from "wouter";
import { Badge, toneOfHttp } from "../../components/badge";
import { Id } from "../../components/copy";
import { Skeleton } from "../../components/empty";
import { ExplanationBody, useExplanation } from "../../components/explanation";
import { FailureNote } from "../../components/failure";
import { Moment } from "../../components/moment";
import { Card, Facts, Page } from "../../components/page";
import { useTexts } from "../../language/language";
import { texts } from "../../language/texts";

const words = texts({
  title: ["Explanation", "请求解释"],
  request: ["Request", "请求"],
  when: ["When", "时间"],
  reason: ["Reason", "原因"],
});

export default function ExplainPage() {
  const t = useTexts(words);
  const id = useParams<{ request: string }>().request;
  const { data, error } = useExplanation(id);
  return (
    <Page
      title={t.title}
      narrow
      aside={
        data && (
          <Badge tone={toneOfHttp(data.status)}>{`${data.status}${data.code ? ` ${data.code}` : ""}`}</Badge>
        )
      }
      about={<Id value={id} />}
    >
      {error && <FailureNote error={error} />}
      {!data && !error && <Skeleton lines={6} />}
      {data && (
        <>
          <Facts
            facts={[
              [t.request, <code key="request">{data.request}</code>],
              [t.when, <Moment key="at" at={data.at} exact />],
              ...(data.reason
                ? [[t.reason, <code key="reason">{data.reason}</code>] as [string, React.ReactNode]]
                : []),
            ]}
          />
          <Card>
            <ExplanationBody explanation={data} />
          </Card>
        </>
      )}
    </Page>
  );
}
