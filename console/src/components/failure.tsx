/** What went wrong, with all that helps: the code, the message, the request's id, and why, from the catalogue or the journal. */
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useLayoutEffect, useRef, useState, useSyncExternalStore } from "react";
import { Link } from "wouter";
import { api, ask } from "../api/client";
import { asFailure, type Failure } from "../api/failure";
import { useTexts } from "../language/language";
import { texts } from "../language/texts";
import { Button } from "./button";
import { CopyButton } from "./copy";
import { Skeleton } from "./empty";
import classes from "./failure.module.css";
import { Icon } from "./icon";
import { Prose } from "./prose";

const words = texts({
  retry: ["Try again", "重试"],
  request: ["request", "请求"],
  why: ["Why?", "原因与处理"],
  explain: ["Open the explanation of this request", "查看该请求的解释"],
});

interface Props {
  error: unknown;
  /** Where trying again can help. */
  retry?: (() => void) | undefined;
  children?: ReactNode;
}

export function FailureNote(props: Props) {
  const failure = asFailure(props.error);
  return failure.unreachable && props.retry ? (
    <Unreachable {...props} message={failure.message} retry={props.retry} />
  ) : (
    <Note {...props} />
  );
}

/** What the parts of a page could not ask for: what each says of it, and how it asks again. */
interface Unasked {
  message: string;
  again: () => void;
}

let unasked: readonly Unasked[] = [];
const listeners = new Set<() => void>();

function change(now: readonly Unasked[]) {
  unasked = now;
  for (const tell of listeners) tell();
}

function follow(tell: () => void) {
  listeners.add(tell);
  return () => listeners.delete(tell);
}

/** That the server cannot be reached is said once, by the first part of a page that finds it out; it asks again for all of them. */
function Unreachable({ message, retry, ...rest }: Props & { message: string; retry: () => void }) {
  const latest = useRef(retry);
  latest.current = retry;
  const [again] = useState(() => () => latest.current());
  useLayoutEffect(() => {
    change([...unasked, { message, again }]);
    return () => change(unasked.filter((one) => one.again !== again));
  }, [message, again]);
  const first = useSyncExternalStore(follow, () => unasked.find((one) => one.message === message));
  if (first?.again !== again) return null;
  return (
    <Note
      {...rest}
      retry={() => {
        for (const one of unasked) one.again();
      }}
    />
  );
}

function Note({ error, retry, children }: Props) {
  const t = useTexts(words);
  const failure = asFailure(error);
  const [open, setOpen] = useState(false);
  return (
    <div role="alert" className={classes.note}>
      <Icon name="alert" className={classes.icon} />
      <div className={classes.body}>
        <p className={classes.message}>{failure.message}</p>
        {(failure.code || failure.requestId) && (
          <div className={classes.detail}>
            {failure.code && <code>{failure.code}</code>}
            {failure.reason && <code>{failure.reason}</code>}
            {failure.requestId && (
              <span className={classes.request}>
                {t.request} <code>{failure.requestId}</code>
                <CopyButton text={failure.requestId} />
              </span>
            )}
          </div>
        )}
        {failure.recorded && <Link href={`/explain/${failure.requestId}`}>{t.explain}</Link>}
        {!failure.recorded && failure.reason && (
          <div className={classes.why}>
            <Button kind="quiet" small onPress={() => setOpen(!open)} aria-expanded={open}>
              {t.why}
            </Button>
          </div>
        )}
        {open && <Why failure={failure} />}
        {children}
      </div>
      {retry && (
        <Button small icon="refresh" onPress={retry}>
          {t.retry}
        </Button>
      )}
    </div>
  );
}

/** Cause and fix of a sub-code, from the catalogue. */
function Why({ failure }: { failure: Failure }) {
  const { data, error } = useQuery({
    queryKey: ["catalogue", failure.reason],
    queryFn: () => ask(api.GET("/adyton/v1/errors", { params: { query: { code: failure.reason } } })),
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (error) return null;
  const page = data?.errors[0]?.page;
  return page === undefined ? <Skeleton lines={2} /> : <Prose text={page} />;
}
