/** Why a prediction was refused, in short and right below it: the sentence, what was compared with what, and what to do. Its own page says all. */
import { useQuery } from "@tanstack/react-query";
import { Skeleton } from "../../components/empty";
import { FailureNote } from "../../components/failure";
import { inline } from "../../components/prose";
import { useLanguage, useTexts } from "../../language/language";
import { texts } from "../../language/texts";
import { useProject } from "../../session/project";
import { explanationOf } from "../requests/questions";
import classes from "./why-refused.module.css";

const words = texts({
  expected: ["expected", "期望"],
  got: ["got", "实际"],
  fix: ["What to do", "处理方法"],
});

/** The whole explanation for whoever may read the project's requests, their share for whoever sent the request. */
export function WhyRefused({ id }: { id: string }) {
  const t = useTexts(words);
  const { language } = useLanguage();
  const project = useProject();
  const { data, error } = useQuery({
    queryKey: ["explanation", project.id, id, language],
    staleTime: 60_000,
    queryFn: () => explanationOf(project, id),
  });
  if (error) return <FailureNote error={error} />;
  if (!data) return <Skeleton lines={3} />;
  const { headline, compared, fix } = data;
  return (
    <div className={classes.body}>
      <p className={classes.headline}>{inline(headline)}</p>
      {compared.length > 0 && (
        <dl className={classes.compared}>
          {compared.map((one) => (
            <div key={one.label}>
              <dt>{one.label}</dt>
              {one.expected !== null && (
                <dd>
                  <span>{t.expected}</span> <code>{one.expected}</code>
                </dd>
              )}
              {one.got !== null && (
                <dd className={classes.got}>
                  <span>{t.got}</span> <code>{one.got}</code>
                </dd>
              )}
            </div>
          ))}
        </dl>
      )}
      {fix.length > 0 && (
        <>
          <h3>{t.fix}</h3>
          <ol className={classes.fix}>
            {fix.map((step) => (
              <li key={step}>{inline(step)}</li>
            ))}
          </ol>
        </>
      )}
    </div>
  );
}
