/** One code: for each status and cause, what causes it and how to fix it. A sub-code in the address leads to its place. */
import { useEffect } from "react";
import { Link, useParams } from "wouter";
import { Badge, Chip, toneOfHttp } from "../../components/badge";
import { Empty, Skeleton } from "../../components/empty";
import { FailureNote } from "../../components/failure";
import { Facts, Page, Section } from "../../components/page";
import { inline, Prose } from "../../components/prose";
import { useTexts } from "../../language/language";
import { texts } from "../../language/texts";
import { decoded } from "../../routing/decoded";
import { projectPath, useAnyProject } from "../../session/project";
import { useStepName } from "../requests/steps";
import { type Code, causesOf, keyOf, useCatalogue } from "./catalogue";
import classes from "./errors.module.css";
import { useMeaning } from "./meanings";

const words = texts({
  errors: ["Errors", "错误码"],
  fault: ["Whose fault", "责任方"],
  retry: ["Send it again?", "是否可以重试"],
  met: ["Occurs in", "出现在"],
  causes: ["Causes", "全部原因"],
  requests: ["Requests refused with it", "因此被拒绝的请求"],
  missing: ["Unknown code", "没有该错误码"],
  missingWhy: [
    "The catalogue has no such code or sub-code. It may belong to another version, or to a model's own answer.",
    "错误码目录中没有该错误码或子错误码：它可能属于其他版本，或来自模型自身的响应。",
  ],
});

export default function ErrorPage() {
  const t = useTexts(words);
  const name = decoded(useParams<{ code: string }>().code);
  const { data, error, refetch } = useCatalogue();
  const entries = data?.filter(
    (code) => code.error_code === name || code.reasons.some(({ reason }) => reason === name),
  );
  const first = entries?.[0];
  useScrollToCause(entries !== undefined, name);
  const crumbs = [{ title: t.errors, to: "/errors" }];
  return (
    <Page title={first?.error_code ?? name} crumbs={crumbs} narrow>
      {error && <FailureNote error={error} retry={() => void refetch()} />}
      {!data && !error && <Skeleton lines={6} />}
      {entries?.length === 0 && (
        <Empty icon="book" title={t.missing}>
          {t.missingWhy}
        </Empty>
      )}
      {entries?.map((entry) => (
        <Entry key={keyOf(entry)} code={entry} />
      ))}
    </Page>
  );
}

/** The cause that the address names is scrolled to once it is there: the browser looked for it before. */
function useScrollToCause(isThere: boolean, name: string): void {
  useEffect(() => {
    if (!isThere) return;
    const wanted = decoded(location.hash.slice(1)) || name;
    const place = document.getElementById(wanted);
    place?.scrollIntoView({ block: "start" });
    place?.focus({ preventScroll: true });
  }, [isThere, name]);
}

function Entry({ code }: { code: Code }) {
  const t = useTexts(words);
  const meaning = useMeaning();
  const { about, causes } = causesOf(code.page);
  return (
    <Section title={code.error_msg} actions={<Badge tone={toneOfHttp(code.status)}>{code.status}</Badge>}>
      <Facts
        facts={[
          [t.met, meaning(code.plane)],
          [t.fault, meaning(code.fault)],
          [t.retry, code.retry],
        ]}
      />
      <Prose text={about} />
      {causes.length > 1 && (
        <nav aria-label={`${t.causes}: ${code.status}`}>
          <ul className={classes.jumps}>
            {causes.map(({ reason }) => (
              <li key={reason}>
                <a href={`#${reason}`}>{reason}</a>
              </li>
            ))}
          </ul>
        </nav>
      )}
      {causes.map((cause) => (
        <CauseCard key={cause.reason} code={code} reason={cause.reason} text={cause.text} />
      ))}
    </Section>
  );
}

function CauseCard({ code, reason, text }: { code: Code; reason: string; text: string }) {
  const t = useTexts(words);
  const stepName = useStepName();
  const project = useAnyProject();
  const known = code.reasons.find((one) => one.reason === reason);
  const canList = code.plane === "gateway" && project?.permissions.has("adyton:requests:list");
  return (
    <article id={reason} tabIndex={-1} className={classes.cause}>
      <header className={classes.causeHead}>
        <h3>
          <code>{reason}</code>
        </h3>
        {known && <Chip>{stepName(known.step)}</Chip>}
      </header>
      {known && <p className={classes.clause}>{inline(known.cause)}</p>}
      <Prose text={text} />
      {canList && project && (
        <Link href={projectPath(project, `requests?code=${encodeURIComponent(reason)}`)}>{t.requests}</Link>
      )}
    </article>
  );
}
