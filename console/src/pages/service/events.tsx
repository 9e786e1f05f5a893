/** What happened to a service, newest first. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, ask, type Schemas } from "../../api/client";
import { every } from "../../api/query";
import { Badge } from "../../components/badge";
import { Cause } from "../../components/cause";
import { Empty } from "../../components/empty";
import { FailureNote } from "../../components/failure";
import { Select } from "../../components/field";
import { Moment } from "../../components/moment";
import { More, Table } from "../../components/table";
import { useTexts } from "../../language/language";
import { texts } from "../../language/texts";
import { useProject } from "../../session/project";
import { isMoving } from "../services/status";
import classes from "./events.module.css";
import type { Service } from "./service-query";

const words = texts({
  title: ["Events", "事件"],
  type: ["Type", "类型"],
  all: ["All events", "所有事件"],
  normal: ["Normal", "正常"],
  abnormal: ["Abnormal", "异常"],
  what: ["Event", "事件"],
  when: ["When", "时间"],
  none: ["No events", "没有事件"],
});

const PAGE = 100;
const TYPES = ["all", "normal", "abnormal"] as const;

export default function Events({ service }: { service: Service }) {
  const t = useTexts(words);
  const project = useProject();
  const [type, setType] = useState<string>("all");
  const events = useInfiniteQuery({
    queryKey: ["events", project.id, service.service_id, type],
    queryFn: ({ pageParam }) =>
      ask(
        api.GET("/v1/{project_id}/services/{service_id}/events", {
          params: {
            path: { project_id: project.id, service_id: service.service_id },
            query: { event_type: type === "all" ? null : type, offset: pageParam, limit: PAGE },
          },
        }),
      ),
    initialPageParam: 0,
    getNextPageParam: (last, all) => (all.length * PAGE < last.total_count ? all.length : undefined),
    ...every(isMoving(service.status) ? 2_000 : 15_000),
  });
  const rows = events.data?.pages.flatMap((page) => page.events).map((event, index) => ({ ...event, index }));
  return (
    <>
      <div className={classes.filter}>
        <Select
          label={t.type}
          bare
          value={type}
          onChange={setType}
          options={TYPES.map((value) => ({ value, label: t[value] }))}
        />
      </div>
      {events.error && <FailureNote error={events.error} retry={() => void events.refetch()} />}
      {rows?.length === 0 ? (
        <Empty icon="clock" title={t.none} />
      ) : (
        <Table<Schemas["EventShown"] & { index: number }>
          label={t.title}
          rows={rows}
          keyOf={(event) => `${event.occur_time}-${event.index}`}
          columns={[
            { title: t.when, width: "9rem", cell: (event) => <Moment at={event.occur_time} exact /> },
            {
              title: t.type,
              width: "7rem",
              cell: (event) => (
                <Badge tone={event.event_type === "normal" ? "idle" : "bad"}>
                  {event.event_type === "normal" ? t.normal : t.abnormal}
                </Badge>
              ),
            },
            {
              title: t.what,
              width: "minmax(0, 1fr)",
              cell: (event) => (
                <div className={classes.what}>
                  <Cause text={event.event_info} />
                </div>
              ),
            },
          ]}
          foot={
            events.hasNextPage && (
              <More busy={events.isFetchingNextPage} onPress={() => void events.fetchNextPage()} />
            )
          }
        />
      )}
    </>
  );
}
