/** Why a request was answered as it was: the sentence, what was compared with what, and what to do. */
import { useQuery } from "@tanstack/react-query";
import { api, ask } from "../api/client";
import { asFailure } from "../api/failure";
import { useTexts } from "../language/language";
import { texts } from "../language/texts";
import { useAnyProject } from "../session/project";
import { Skeleton } from "./empty";
import classes from "./explanation.module.css";
import { FailureNote } from "./failure";
import { inline } from "./prose";

const words = texts({
  expected: ["expected", "期望"],
  got: ["got", "实际"],
  fix: ["What to do", "处理方法"],
});

/** The part of an explanation that every page shows; the API describes it as an object. */
export interface Explanation {
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

/** The whole explanation for whoever may read the project's requests, their share for whoever sent the request. */
export function useExplanation(id: string) {
  const project = useAnyProject();
  const mayRead = project?.permissions.has("adyton:requests:get") ?? false;
  return useQuery({
    queryKey: ["explanation", project?.id, id],
    staleTime: 60_000,
    queryFn: async () => {
      if (project && mayRead) {
        try {
          const params = { path: { project_id: project.id, request_id: id } };
          const whole = await ask(api.GET("/adyton/v1/{project_id}/requests/{request_id}", { params }));
          return whole.explanation as unknown as Explanation;
        } catch (error) {
          // It may be one's own request to another project.
          if (asFailure(error).status !== 404) throw error;
        }
      }
      const own = await ask(
        api.GET("/adyton/v1/requests/{request_id}", { params: { path: { request_id: id } } }),
      );
      return own.explanation as unknown as Explanation;
    },
  });
}

/** The explanation of a request, right where it was refused. */
export function ExplanationOf({ id }: { id: string }) {
  const { data, error } = useExplanation(id);
  if (error) return <FailureNote error={error} />;
  return data ? <ExplanationBody explanation={data} /> : <Skeleton lines={3} />;
}

export function ExplanationBody({ explanation }: { explanation: Explanation }) {
  const t = useTexts(words);
  const { headline, compared, fix } = explanation;
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
