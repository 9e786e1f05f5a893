/** What can be done with a service: started, stopped, updated, deleted. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useLocation } from "wouter";
import { api, ask, type Schemas } from "../../api/client";
import { Button, IconButton, LinkButton } from "../../components/button";
import { Confirm } from "../../components/dialog";
import { Menu } from "../../components/menu";
import { tell, tellFailure } from "../../components/toast";
import { useTexts } from "../../language/language";
import { filled, texts } from "../../language/texts";
import { projectPath, useMay, useProject } from "../../session/project";
import type { Service } from "./service-query";

const words = texts({
  start: ["Start", "启动"],
  stop: ["Stop", "停止"],
  update: ["Update", "更新"],
  remove: ["Delete", "删除"],
  more: ["More actions", "更多操作"],
  starting: ["The service is being started.", "服务正在启动。"],
  stopping: ["The service is being stopped.", "服务正在停止。"],
  stopTitle: filled(
    (name: string) => `Stop ${name}?`,
    (name: string) => `停止服务 ${name}？`,
  ),
  stopWhy: [
    "Calls are refused until it is started again. Its API address, settings and history are kept.",
    "停止后调用会被拒绝，直到重新启动；API 地址、配置和历史都会保留。",
  ],
  removeTitle: filled(
    (name: string) => `Delete ${name}?`,
    (name: string) => `删除服务 ${name}？`,
  ),
  removeWhy: [
    "Its API address is gone for good: callers get APIG.0101, and a new service gets another address. Its models are kept.",
    "API 地址将永久失效：调用方会收到 APIG.0101，新建的服务会使用其他地址。模型会保留。",
  ],
  typeName: ["Type the name of the service to delete it", "请输入服务名称以确认删除"],
  removed: filled(
    (name: string) => `${name} is being deleted.`,
    (name: string) => `正在删除 ${name}。`,
  ),
});

export function useChangeService(service: Pick<Service, "service_id">) {
  const project = useProject();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: Schemas["ServiceUpdate"]) =>
      ask(
        api.PUT("/v1/{project_id}/services/{service_id}", {
          params: { path: { project_id: project.id, service_id: service.service_id } },
          body,
        }),
      ),
    onSettled: () =>
      Promise.all(
        ["service", "services", "updates", "events"].map((key) =>
          client.invalidateQueries({ queryKey: [key, project.id] }),
        ),
      ),
  });
}

export function ServiceActions({ service }: { service: Service }) {
  const t = useTexts(words);
  const may = useMay();
  const project = useProject();
  const change = useChangeService(service);
  const [asking, setAsking] = useState<"stop" | "delete" | null>(null);
  const mayUpdate = may("modelarts:service:update");
  const mayDelete = may("modelarts:service:delete");
  const isStopped = service.status === "stopped" || service.status === "failed";
  const start = () => change.mutateAsync({ status: "running" }).then(() => tell(t.starting), tellFailure);
  return (
    <>
      {mayUpdate && service.status !== "deleting" && (
        <>
          {isStopped ? (
            <Button kind="primary" icon="play" onPress={() => void start()} isPending={change.isPending}>
              {t.start}
            </Button>
          ) : (
            <Button icon="stop" onPress={() => setAsking("stop")} isDisabled={service.status === "stopping"}>
              {t.stop}
            </Button>
          )}
          <LinkButton to={projectPath(project, `services/${service.service_id}/update`)}>
            {t.update}
          </LinkButton>
        </>
      )}
      {mayDelete && (
        <Menu
          label={t.more}
          entries={[
            {
              id: "delete",
              title: t.remove,
              icon: "trash",
              danger: true,
              onAction: () => setAsking("delete"),
            },
          ]}
        >
          <IconButton icon="more" label={t.more} />
        </Menu>
      )}
      <Confirm
        title={t.stopTitle(service.service_name)}
        isOpen={asking === "stop"}
        onClose={() => setAsking(null)}
        deed={t.stop}
        onConfirm={() => change.mutateAsync({ status: "stopped" }).then(() => tell(t.stopping))}
      >
        {t.stopWhy}
      </Confirm>
      <DeleteService service={service} isOpen={asking === "delete"} onClose={() => setAsking(null)} />
    </>
  );
}

function DeleteService({
  service,
  isOpen,
  onClose,
}: {
  service: Service;
  isOpen: boolean;
  onClose: () => void;
}) {
  const t = useTexts(words);
  const project = useProject();
  const client = useQueryClient();
  const [, navigate] = useLocation();
  const remove = async () => {
    await ask(
      api.DELETE("/v1/{project_id}/services/{service_id}", {
        params: { path: { project_id: project.id, service_id: service.service_id } },
      }),
    );
    tell(t.removed(service.service_name));
    navigate(projectPath(project, "services"));
    await client.invalidateQueries({ queryKey: ["services", project.id] });
  };
  return (
    <Confirm
      title={t.removeTitle(service.service_name)}
      isOpen={isOpen}
      onClose={onClose}
      deed={t.remove}
      danger
      typed={{ value: service.service_name, label: t.typeName }}
      onConfirm={remove}
    >
      {t.removeWhy}
    </Confirm>
  );
}
