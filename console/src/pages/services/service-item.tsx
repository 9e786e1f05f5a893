/** A service in a list of few: its name, which leads to its page, and its state. */
import type { ReactNode } from "react";
import { Link } from "wouter";
import { Item } from "../../components/list";
import { projectPath, useProject } from "../../session/project";
import { ServiceStatus } from "./status";

interface Props {
  service: { service_id: string; service_name: string; status: string; progress: number };
  /** What stands below its name. */
  below?: ReactNode;
  /** What stands before its state. */
  children?: ReactNode;
}

export function ServiceItem({ service, below, children }: Props) {
  const project = useProject();
  return (
    <Item
      name={
        <Link href={projectPath(project, `services/${service.service_id}`)}>
          <bdi>{service.service_name}</bdi>
        </Link>
      }
      below={below}
    >
      {children}
      <ServiceStatus status={service.status} progress={service.progress} />
    </Item>
  );
}
