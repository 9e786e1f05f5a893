/**
 * What happens in a project, as it happens: server-sent events. A page that nobody looks at hears nothing: a browser has few
 * connections to one server, and a list is asked for again when somebody comes back.
 */
import { useEffect, useRef } from "react";

/** `service`: a service has changed, or what is seen of it. The stream's events are no answers, so the document of the APIs has no types for them. */
export interface ServiceNews {
  service_id: string;
  service_name: string;
  /** Its state; `deleted` once it is gone. */
  status: string;
  generation: number;
  progress: number;
  ready_instances: number;
  error_msg: string;
}

export interface LiveFilter {
  /** Only of these services. */
  services?: string[];
  /** Of requests only those that were refused. */
  onlyRefused?: boolean;
}

export interface LiveHandlers {
  /** A service has changed, or what is seen of it. */
  service?: (news: ServiceNews) => void;
  /** A request has ended: a row of the journal, as the list gives it. */
  request?: (row: unknown) => void;
  /** So many more requests were not told one by one. */
  more?: (count: number) => void;
  /** Events may have been missed: what was listed is to be asked for again. */
  resumed?: () => void;
}

const FIRST_WAIT = 2_000;
const LONGEST_WAIT = 60_000;

/** Listens while somebody looks at the page. `null` listens to nothing. */
export function useLive(project: string | null, filter: LiveFilter, handlers: LiveHandlers): void {
  const latest = useRef(handlers);
  latest.current = handlers;
  const services = filter.services?.join(",") ?? "";
  const onlyRefused = filter.onlyRefused ?? false;
  useEffect(() => {
    if (!project || typeof EventSource === "undefined") return;
    return listen(addressOf(project, services, onlyRefused), () => latest.current);
  }, [project, services, onlyRefused]);
}

export function addressOf(project: string, services: string, onlyRefused: boolean): string {
  const query = new URLSearchParams();
  if (services) query.set("services", services);
  if (onlyRefused) query.set("only", "refused");
  const text = query.toString();
  return `/adyton/v1/${project}/live${text && `?${text}`}`;
}

/** Opens, closes and opens again; ends with what it returns. */
function listen(address: string, handlers: () => LiveHandlers): () => void {
  let source: EventSource | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let wait = FIRST_WAIT;
  let wasOpen = false;

  const close = () => {
    clearTimeout(timer);
    source?.close();
    source = null;
  };
  const open = () => {
    close();
    const opened = new EventSource(address);
    source = opened;
    opened.addEventListener("open", () => {
      wait = FIRST_WAIT;
      if (wasOpen) handlers().resumed?.();
      wasOpen = true;
    });
    opened.addEventListener("error", () => {
      // One that was refused, or whose session ended, is not tried again by the browser.
      if (opened.readyState !== EventSource.CLOSED) return;
      timer = setTimeout(open, wait);
      wait = Math.min(wait * 2, LONGEST_WAIT);
    });
    const on = (name: string, hear: (document: unknown) => void) =>
      opened.addEventListener(name, (event) => {
        const document = parsed((event as MessageEvent<string>).data);
        if (document !== null) hear(document);
      });
    on("service", (news) => handlers().service?.(news as ServiceNews));
    on("request", (row) => handlers().request?.(row));
    on("more", (more) => handlers().more?.((more as { requests: number }).requests));
  };
  const look = () => (document.visibilityState === "visible" ? open() : close());
  look();
  document.addEventListener("visibilitychange", look);
  return () => {
    document.removeEventListener("visibilitychange", look);
    close();
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
