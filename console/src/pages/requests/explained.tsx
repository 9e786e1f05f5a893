/** One request explained, as people read it: what happened, what to do next, how far it came, and the evidence. */
import type { ReactNode } from "react";
import { Link } from "wouter";
import { Id } from "../../components/copy";
import { Icon } from "../../components/icon";
import { Moment } from "../../components/moment";
import { Card, Facts, Section } from "../../components/page";
import { inline, Prose } from "../../components/prose";
import { useTexts } from "../../language/language";
import { texts } from "../../language/texts";
import { size } from "../../time/format";
import { useMeaning } from "../errors/meanings";
import { Close, Compared } from "./compared";
import classes from "./explained.module.css";
import type { Explanation, JournalRow } from "./shapes";
import { SignatureSection } from "./signature";
import { Way } from "./way";

const words = texts({
  next: ["What to do next", "下一步"],
  way: ["Steps in the gateway", "请求在网关中的处理过程"],
  compared: ["Expected and received", "期望与实际对比"],
  nearest: ["Did you mean", "您是否想调用"],
  more: ["Other fixes", "其他处理方法"],
  page: ["Cause and fix", "原因与处理"],
  allOf: ["All causes of", "查看该错误码的全部原因："],
  facts: ["Request", "请求信息"],
  request: ["Request line", "请求行"],
  host: ["Host", "主机"],
  when: ["When", "时间"],
  source: ["From", "来源地址"],
  caller: ["Caller", "调用方"],
  door: ["Entry point", "入口"],
  service: ["Service", "服务"],
  fault: ["Whose fault", "责任方"],
  retry: ["Send it again?", "是否可以重试"],
  reason: ["Sub-code", "子错误码"],
  id: ["Request ID", "请求 ID"],
  sent: ["Body sent", "请求体大小"],
  answered: ["Answer", "响应大小"],
  client: ["Client", "客户端"],
  notes: ["Notes", "其他信息"],
});

interface Props {
  explanation: Explanation;
  /** What the journal kept, for whoever may read it. */
  row?: JournalRow | undefined;
  /** The service's name as a link, where the reader may know it. */
  service?: ReactNode;
}

export function Explained({ explanation, row, service }: Props) {
  const t = useTexts(words);
  const { fix, compared, nearest, signature, page, code, reason, notes } = explanation;
  const [next, ...others] = fix;
  // What differs from the address that is proposed stands beside it already.
  const beyond = compared.filter(
    ({ expected }) => !nearest[0]?.differs.some(({ published }) => published === expected),
  );
  return (
    <div className={classes.columns}>
      <div className={classes.main}>
        <Card>
          <p className={classes.headline}>{inline(explanation.headline)}</p>
          {next && (
            <div className={classes.next}>
              <Icon name="arrow" />
              <p>
                <strong>{t.next}</strong> {inline(next)}
              </p>
            </div>
          )}
        </Card>
        <Section title={t.way}>
          <Card>
            <Way explanation={explanation} />
          </Card>
        </Section>
        {nearest.length > 0 && (
          <Section title={t.nearest}>
            {nearest.map((one) => (
              <Close key={`${one.method} ${one.path}`} nearest={one} />
            ))}
          </Section>
        )}
        {beyond.length > 0 && (
          <Section title={t.compared}>
            <Compared label={t.compared} rows={beyond} />
          </Section>
        )}
        {signature && <SignatureSection signature={signature} />}
        {others.length > 0 && (
          <Section title={t.more}>
            <Sentences sentences={others} />
          </Section>
        )}
        {notes.length > 0 && (
          <Section title={t.notes}>
            <Sentences sentences={notes} />
          </Section>
        )}
        {page && (
          <Section title={t.page}>
            <Prose text={page} />
            {code && (
              <p>
                {t.allOf} <Link href={`/errors/${code}${reason ? `#${reason}` : ""}`}>{code}</Link>
              </p>
            )}
          </Section>
        )}
      </div>
      <aside className={classes.aside} aria-label={t.facts}>
        <RequestFacts explanation={explanation} row={row} service={service} />
      </aside>
    </div>
  );
}

function Sentences({ sentences }: { sentences: readonly string[] }) {
  return (
    <ul className={classes.sentences}>
      {sentences.map((sentence) => (
        <li key={sentence}>{inline(sentence)}</li>
      ))}
    </ul>
  );
}

function RequestFacts({ explanation, row, service }: Props) {
  const t = useTexts(words);
  const meaning = useMeaning();
  const { caller, reason, fault, retry, code } = explanation;
  const facts: [string, ReactNode][] = [
    [t.id, <Id key="id" value={explanation.request_id} />],
    [t.when, <Moment key="at" at={explanation.at} exact />],
    [t.request, <code key="request">{explanation.request}</code>],
    [t.host, <code key="host">{explanation.host}</code>],
    [t.door, meaning(explanation.door)],
    [t.source, <code key="source">{explanation.source}</code>],
  ];
  if (service) facts.push([t.service, service]);
  if (caller)
    facts.push([
      t.caller,
      <span key="caller">
        <bdi>{caller.name ?? caller.id}</bdi> <code>{caller.way}</code>
      </span>,
    ]);
  if (reason && code)
    facts.push([
      t.reason,
      <Link key="reason" href={`/errors/${code}#${reason}`}>
        <code>{reason}</code>
      </Link>,
    ]);
  if (fault) facts.push([t.fault, meaning(fault)]);
  if (retry) facts.push([t.retry, meaning(retry)]);
  if (row) {
    facts.push([t.sent, size(row.request_bytes)], [t.answered, size(row.response_bytes)]);
    if (row.user_agent) facts.push([t.client, <code key="client">{row.user_agent}</code>]);
  }
  return (
    <Card>
      <Facts facts={facts} />
    </Card>
  );
}
