/** Keeps what is shown of a project's services true: news of one makes its lists and pages ask again. */
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { useAnyProject } from "../session/project";
import { useLive } from "./live";

/** Several changes of one moment are asked for once. */
const TOGETHER = 150;
const ABOUT_SERVICES = ["services", "service", "updates", "events", "overview"];

export function ServiceNews(): null {
  const project = useAnyProject();
  const client = useQueryClient();
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const may = project?.permissions.has("adyton:requests:list") ?? false;
  const refresh = () => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      for (const key of ABOUT_SERVICES) void client.invalidateQueries({ queryKey: [key, project?.id] });
    }, TOGETHER);
  };
  useEffect(() => () => clearTimeout(timer.current), []);
  useLive(project && may ? project.id : null, { onlyRefused: true }, { service: refresh, resumed: refresh });
  return null;
}
