/** What happens in a project, as it happens: its requests and services. What was missed is asked for again. */
import { useEffect, useRef } from "react";
import { useUserId } from "../session/session";
import { listen } from "./stream";

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

/** Listens while somebody looks at the page. `null` listens to nothing. */
export function useLive(project: string | null, filter: LiveFilter, handlers: LiveHandlers): void {
  const user = useUserId();
  const latest = useRef(handlers);
  latest.current = handlers;
  const services = filter.services?.join(",") ?? "";
  const onlyRefused = filter.onlyRefused ?? false;
  useEffect(() => {
    if (!project || typeof EventSource === "undefined") return;
    const address = addressOf(project, services, onlyRefused);
    // What one user hears is shared with pages of the same user alone.
    return listen(address, `${user} ${address}`, {
      opened: (isFirst) => !isFirst && latest.current.resumed?.(),
      events: {
        service: (news) => latest.current.service?.(news as ServiceNews),
        request: (row) => latest.current.request?.(row),
        more: (more) => latest.current.more?.((more as { requests: number }).requests),
      },
    });
  }, [user, project, services, onlyRefused]);
}

export function addressOf(project: string, services: string, onlyRefused: boolean): string {
  const query = new URLSearchParams();
  if (services) query.set("services", services);
  if (onlyRefused) query.set("only", "refused");
  const text = query.toString();
  return `/adyton/v1/${project}/live${text && `?${text}`}`;
}
