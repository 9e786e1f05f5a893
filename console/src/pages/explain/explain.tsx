/** Why a request was answered as it was: to whoever may read the project's requests, and to whoever sent it. */
import { useQuery } from "@tanstack/react-query";
import { useParams } from "wouter";
import { api, ask } from "../../api/client";
import { Badge, toneOfHttp } from "../../components/badge";
import { Id } from "../../components/copy";
import { Skeleton } from "../../components/empty";
import { FailureNote } from "../../components/failure";
import { Moment } from "../../components/moment";
import { Card, Facts, Page, Section } from "../../components/page";
import { inline } from "../../components/prose";
import { useTexts } from "../../language/language";
import { texts } from "../../language/texts";
import classes from "./explain.module.css";

const words = texts({
  title: ["Explanation", "请求解释"],
  request: ["Request", "请求"],
  when: ["When", "时间"],
  reason: ["Reason", "原因"],
  compared: ["Compared", "对比"],
  expected: ["expected", "期望"],
  got: ["got", "实际"],
  fix: ["What to do", "处理方法"],
});

/** The part of an explanation that is shown; the API describes it as an object. */
interface Explanation {
  request_id: string;
  at: string;
  headline: string;
  request: string;
  status: number;
  code: string | null;
  reason: string | null;
  compared: { label: string; expected: string | null; got: string | null }[];
  fix: string[];
}

export default function ExplainPage() {
  const t = useTexts(words);
  const id = useParams<{ request: string }>().request;
  const { data, error } = useQuery({
    queryKey: ["explanation", id],
    queryFn: () => ask(api.GET("/adyton/v1/requests/{request_id}", { params: { path: { request_id: id } } })),
  });
  const explanation = data?.explanation as unknown as Explanation | undefined;
  return (
    <Page title={t.title} narrow about={<Id value={id} />}>
      {error && <FailureNote error={error} />}
      {!data && !error && <Skeleton lines={6} />}
      {explanation && <Shown explanation={explanation} />}
    </Page>
  );
}

function Shown({ explanation }: { explanation: Explanation }) {
  const t = useTexts(words);
  const { status, code, headline, compared, fix } = explanation;
  return (
    <>
      <Card>
        <div className={classes.head}>
          <Badge tone={toneOfHttp(status)}>{`${status}${code ? ` ${code}` : ""}`}</Badge>
          <p className={classes.headline}>{inline(headline)}</p>
        </div>
        <Facts
          facts={[
            [t.request, <code key="request">{explanation.request}</code>],
            [t.when, <Moment key="at" at={explanation.at} exact />],
            ...(explanation.reason
              ? [[t.reason, <code key="reason">{explanation.reason}</code>] as [string, React.ReactNode]]
              : []),
          ]}
        />
      </Card>
      {compared.length > 0 && (
        <Section title={t.compared}>
          {compared.map((one) => (
            <dl key={one.label} className={classes.compared}>
              <dt>{one.label}</dt>
              <dd>
                <span>{t.expected}</span> <code>{one.expected ?? "–"}</code>
              </dd>
              <dd>
                <span>{t.got}</span> <code>{one.got ?? "–"}</code>
              </dd>
            </dl>
          ))}
        </Section>
      )}
      {fix.length > 0 && (
        <Section title={t.fix}>
          <ol className={classes.fix}>
            {fix.map((step) => (
              <li key={step}>{inline(step)}</li>
            ))}
          </ol>
        </Section>
      )}
    </>
  );
}
