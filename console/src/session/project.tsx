/** The project that a page is about, and what the user may do in it. Its name stands in the address. */
import { createContext, type ReactNode, useContext, useEffect } from "react";
import { remember } from "../state/remembered";
import type { SessionProject } from "./shape";

const Context = createContext<SessionProject | null>(null);

export function ProjectProvider({ project, children }: { project: SessionProject; children: ReactNode }) {
  useEffect(() => remember("project", project.name), [project.name]);
  return <Context value={project}>{children}</Context>;
}

/** The project of a page below `/p/:project`. */
export function useProject(): SessionProject {
  const project = useContext(Context);
  if (!project) throw new Error("useProject is for pages below /p/:project");
  return project;
}

/** The project around, if there is one: pages outside of projects have none. */
export function useAnyProject(): SessionProject | null {
  return useContext(Context);
}

/** Whether the user may do this here. What they may not is not offered. */
export function useMay(): (permission: string) => boolean {
  const project = useContext(Context);
  return (permission) => project?.permissions.has(permission) ?? false;
}

/** The project to begin with: the one that was looked at last, else `default`, else the first. */
export function projectToBeginWith<P extends { name: string; id: string }>(
  projects: readonly P[],
  last: string | null,
): P | undefined {
  const named = (name: string | null) => projects.find((one) => one.name === name || one.id === name);
  return named(last) ?? named("default") ?? projects[0];
}

/** The address of a page of a project. */
export function projectPath(project: { name: string }, path = ""): string {
  return `/p/${encodeURIComponent(project.name)}${path && `/${path}`}`;
}
