/** The projects of the domain: each is one team's compartment. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, ask, type Schemas } from "../../api/client";
import { Chip } from "../../components/badge";
import { Button } from "../../components/button";
import { Id } from "../../components/copy";
import { FailureNote } from "../../components/failure";
import { TextField } from "../../components/field";
import { useForm } from "../../components/form";
import { FormDialog } from "../../components/form-dialog";
import { Page } from "../../components/page";
import { type Column, Table } from "../../components/table";
import { tell } from "../../components/toast";
import { useTexts } from "../../language/language";
import { filled, texts } from "../../language/texts";
import { projectPath } from "../../session/project";
import { useSession } from "../../session/session";
import { askProjects } from "../users/questions";

const words = texts({
  title: ["Projects", "项目"],
  about: [
    "A project has its own models, services, apps and requests. Other projects cannot see them.",
    "每个项目拥有各自的模型、服务、应用与请求，对其他项目不可见。",
  ],
  name: ["Name", "名称"],
  nameWrong: ["Enter a name.", "请填写名称。"],
  taken: ["This name is taken.", "该项目名称已被使用。"],
  roles: ["Your roles", "您的角色"],
  id: ["ID", "ID"],
  create: ["Create a project", "创建项目"],
  createAbout: [
    "To give users access, grant them a role in it on their page under Users.",
    "创建后，请在“用户”页面中为用户授予该项目的角色。",
  ],
  submit: ["Create", "创建"],
  made: filled(
    (name: string) => `${name} was created.`,
    (name: string) => `已创建项目 ${name}。`,
  ),
});

type Project = Schemas["ProjectShown"];

export default function ProjectsPage() {
  const t = useTexts(words);
  const { permissions, projects } = useSession();
  const [isCreating, setCreating] = useState(false);
  const { data, error, refetch } = useQuery({ queryKey: ["projects"], queryFn: askProjects });
  const columns: Column<Project>[] = [
    { title: t.name, width: "minmax(9rem, 2fr)", cell: (project) => <bdi>{project.name}</bdi> },
    {
      title: t.roles,
      width: "minmax(8rem, 1fr)",
      cell: (project) =>
        projects.find((one) => one.id === project.id)?.roles.map((role) => <Chip key={role}>{role}</Chip>) ??
        "–",
    },
    { title: t.id, width: "minmax(12rem, 2fr)", extra: true, cell: (project) => <Id value={project.id} /> },
  ];
  return (
    <Page
      title={t.title}
      about={t.about}
      actions={
        permissions.has("iam:projects:create") && (
          <Button kind="primary" icon="plus" onPress={() => setCreating(true)}>
            {t.create}
          </Button>
        )
      }
    >
      {error && <FailureNote error={error} retry={() => void refetch()} />}
      {!(error && !data) && (
        <Table
          label={t.title}
          columns={columns}
          rows={data}
          keyOf={(project) => project.id}
          to={(project) => projectPath(project, "services")}
        />
      )}
      <CreateProject isOpen={isCreating} onClose={() => setCreating(false)} />
    </Page>
  );
}

function CreateProject({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const t = useTexts(words);
  const client = useQueryClient();
  const form = useForm(
    { name: "" },
    {
      check: ({ name }) => ({ name: name.trim() ? "" : t.nameWrong }),
      send: async ({ name }) => {
        await ask(api.POST("/v3/projects", { body: { project: { name: name.trim() } } }));
        // What the user may do in it stands in their session.
        await Promise.all([
          client.invalidateQueries({ queryKey: ["projects"] }),
          client.invalidateQueries({ queryKey: ["session"] }),
        ]);
        tell(t.made(name.trim()));
        onClose();
      },
      faultsOf: ({ reason }) => (reason === "iam.conflict" ? { name: t.taken } : null),
    },
  );
  return (
    <FormDialog
      title={t.create}
      about={t.createAbout}
      isOpen={isOpen}
      onClose={onClose}
      form={form}
      deed={t.submit}
    >
      <TextField label={t.name} autoFocus isRequired {...form.field("name")} />
    </FormDialog>
  );
}
