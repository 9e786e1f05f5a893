/**
 * Goes anywhere by name; `use-palette.ts` opens it. It is loaded when somebody first does.
 */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Autocomplete } from "react-aria-components/Autocomplete";
import { Dialog } from "react-aria-components/Dialog";
import { Input } from "react-aria-components/Input";
import { Menu, MenuItem } from "react-aria-components/Menu";
import { Modal, ModalOverlay } from "react-aria-components/Modal";
import { SearchField } from "react-aria-components/SearchField";
import { useLocation } from "wouter";
import { api, ask } from "../api/client";
import { Icon, type IconName } from "../components/icon";
import { useTexts } from "../language/language";
import { filled, texts } from "../language/texts";
import { titles } from "../routing/navigation";
import { projectPath, useAnyProject } from "../session/project";
import { errorCodeIn, requestIdIn } from "./found";
import classes from "./palette.module.css";
import { addressOf, useOffered } from "./side";

const words = texts({
  title: ["Go to", "前往"],
  placeholder: [
    "A page, a service, a request id, or a whole error body",
    "页面、服务、请求 ID，或整段错误响应",
  ],
  explain: filled(
    (id: string) => `Explain request ${id}`,
    (id: string) => `解释请求 ${id}`,
  ),
  code: ["Error code", "错误码"],
  service: ["Service", "服务"],
  none: ["No matches.", "没有找到匹配的内容。"],
});

interface Entry {
  id: string;
  title: string;
  detail: string;
  icon: IconName;
  to: string;
}

export default function Palette({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const t = useTexts(words);
  return (
    <ModalOverlay
      isOpen={isOpen}
      onOpenChange={(open) => !open && onClose()}
      isDismissable
      className={classes.veil as string}
    >
      <Modal className={classes.modal as string}>
        <Dialog aria-label={t.title} className={classes.dialog as string}>
          <Search onClose={onClose} />
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

function Search({ onClose }: { onClose: () => void }) {
  const t = useTexts(words);
  const [typed, setTyped] = useState("");
  const [, navigate] = useLocation();
  const entries = useEntries(typed);
  const go = (id: string) => {
    const entry = entries.find((one) => one.id === id);
    if (!entry) return;
    onClose();
    navigate(entry.to);
  };
  return (
    <Autocomplete inputValue={typed} onInputChange={setTyped}>
      <SearchField aria-label={t.placeholder} autoFocus className={classes.field as string}>
        <Icon name="search" />
        <Input className={classes.input as string} placeholder={t.placeholder} spellCheck={false} />
      </SearchField>
      <Menu
        aria-label={t.title}
        items={entries}
        className={classes.menu as string}
        onAction={(id) => go(String(id))}
        renderEmptyState={() => <p className={classes.none}>{t.none}</p>}
      >
        {(entry) => (
          <MenuItem id={entry.id} textValue={entry.title} className={classes.item as string}>
            <Icon name={entry.icon} />
            <span className={classes.name} dir="auto">
              {entry.title}
            </span>
            <span className={classes.detail}>{entry.detail}</span>
          </MenuItem>
        )}
      </Menu>
    </Autocomplete>
  );
}

/** What fits what was typed: an explanation, pages, services. */
function useEntries(typed: string): Entry[] {
  const t = useTexts(words);
  const names = useTexts(titles);
  const project = useAnyProject();
  const offered = useOffered(project);
  const text = typed.trim();
  const id = requestIdIn(text);
  const code = id ? null : errorCodeIn(text);
  const services = useQuery({
    queryKey: ["palette-services", project?.id, text],
    enabled: project !== null && id === null && project.permissions.has("modelarts:service:list"),
    queryFn: () =>
      ask(
        api.GET("/v1/{project_id}/services", {
          params: {
            path: { project_id: project?.id ?? "" },
            query: { service_name: text || null, limit: 8 },
          },
        }),
      ),
    placeholderData: (before) => before,
  });
  if (id) return [{ id, title: t.explain(id), detail: "", icon: "search", to: `/explain/${id}` }];
  const codes = code
    ? [{ id: code, title: code, detail: t.code, icon: "book" as const, to: `/errors/${code}` }]
    : [];
  const pages = offered
    .map((entry) => ({
      id: entry.title,
      title: names[entry.title],
      detail: project && entry.part === "project" ? project.name : "",
      icon: entry.icon,
      to: addressOf(entry, project),
    }))
    .filter(({ id: name, title }) => `${name} ${title}`.toLowerCase().includes(text.toLowerCase()));
  // What was found for less text is shown until the answer is there, as far as it still fits: Enter goes to what is seen.
  const found = (services.data?.services ?? [])
    .filter((service) => service.service_name.toLowerCase().includes(text.toLowerCase()))
    .map((service) => ({
      id: service.service_id,
      title: service.service_name,
      detail: t.service,
      icon: "cube" as const,
      to: project ? projectPath(project, `services/${service.service_id}`) : "/",
    }));
  return [...codes, ...pages, ...found];
}
