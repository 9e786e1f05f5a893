/** Imports a model: choose a package, name it, watch it being uploaded and read; what is wrong with it names file and field. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { DropZone } from "react-aria-components/DropZone";
import { FileTrigger } from "react-aria-components/FileTrigger";
import { useLocation } from "wouter";
import { api, ask, type Schemas } from "../../api/client";
import { asFailure, faultOfRefusal } from "../../api/failure";
import { type Upload, upload } from "../../api/upload";
import { Button, LinkButton } from "../../components/button";
import { FailureNote } from "../../components/failure";
import { FormActions, FormLayout, TextField } from "../../components/field";
import { Icon } from "../../components/icon";
import { Page } from "../../components/page";
import { tell } from "../../components/toast";
import { useTexts } from "../../language/language";
import { filled, texts } from "../../language/texts";
import { projectPath, useProject } from "../../session/project";
import { size } from "../../time/format";
import classes from "./models.module.css";
import { isName, isPackage, isVersion, nameOf, nextVersion, PACKAGE_KINDS } from "./names";
import { askVersions } from "./questions";

const words = texts({
  title: ["Import a model", "导入模型"],
  models: ["Models", "模型"],
  about: [
    "A package is a .zip, .tar.gz or .tar whose folder model/ contains config.json and the model's files.",
    "模型包是 .zip、.tar.gz 或 .tar 文件，其中的 model/ 目录包含 config.json 与模型文件。",
  ],
  choose: ["Choose a package", "选择模型包"],
  another: ["Choose another", "重新选择"],
  drop: ["or drop it here", "或将文件拖到这里"],
  noPackage: [
    "A package is a .zip, .tar.gz, .tgz or .tar file.",
    "模型包必须是 .zip、.tar.gz、.tgz 或 .tar 文件。",
  ],
  isEmpty: ["The file is empty.", "文件为空。"],
  name: ["Name", "名称"],
  nameHint: [
    "Enter an existing model's name to add a version to it.",
    "填写已有模型的名称，可为其添加新版本。",
  ],
  nameWrong: ["1 to 64 letters, digits, _ and -", "1 到 64 个字母、数字、_ 或 -"],
  version: ["Version", "版本"],
  versionWrong: [
    "Three numbers of at most two digits each, such as 0.0.1",
    "三个数字，每个不超过两位，例如 0.0.1",
  ],
  versionTaken: ["This version already exists.", "该版本已存在。"],
  description: ["Description", "描述"],
  descriptionWrong: ["At most 100 characters", "最多 100 个字符"],
  submit: ["Import", "导入"],
  cancel: ["Cancel", "取消"],
  stop: ["Stop the upload", "停止上传"],
  uploading: filled(
    (percent: number) => `Uploading, ${percent}%`,
    (percent: number) => `正在上传，${percent}%`,
  ),
  storing: ["Uploaded. The server is checking it…", "上传完成，服务器正在校验…"],
  begun: filled(
    (name: string) => `${name} is being imported.`,
    (name: string) => `正在导入 ${name}。`,
  ),
});

export default function ImportPage() {
  const t = useTexts(words);
  const project = useProject();
  const form = useImport();
  return (
    <Page
      title={t.title}
      about={t.about}
      crumbs={[{ title: t.models, to: projectPath(project, "models") }]}
      narrow
    >
      <FormLayout label={t.title} onSubmit={() => void form.submit()}>
        <PackageField
          file={form.file}
          error={form.faults.file}
          onChoose={form.setFile}
          isBusy={form.share !== null}
        />
        <div className={classes.pair}>
          <TextField
            label={t.name}
            hint={t.nameHint}
            value={form.name}
            onChange={form.setName}
            error={form.faults.model_name}
            maxLength={64}
            isRequired
            isDisabled={form.share !== null}
          />
          <TextField
            label={t.version}
            value={form.version}
            onChange={form.setVersion}
            error={form.faults.model_version}
            maxLength={8}
            isRequired
            isDisabled={form.share !== null}
          />
        </div>
        <TextField
          label={t.description}
          value={form.description}
          onChange={form.setDescription}
          error={form.faults.description}
          isDisabled={form.share !== null}
        />
        {form.error !== null && <FailureNote error={form.error} />}
        {form.share !== null && <Progress share={form.share} />}
        <FormActions>
          {form.share === null ? (
            <LinkButton to={projectPath(project, "models")}>{t.cancel}</LinkButton>
          ) : (
            <Button onPress={form.stop}>{t.stop}</Button>
          )}
          <Button type="submit" kind="primary" icon="upload" isPending={form.share !== null}>
            {t.submit}
          </Button>
        </FormActions>
      </FormLayout>
    </Page>
  );
}

type Faults = Partial<Record<"file" | "model_name" | "model_version" | "description", string>>;

function useImport() {
  const t = useTexts(words);
  const project = useProject();
  const client = useQueryClient();
  const [, navigate] = useLocation();
  const [file, setFile] = useState<File | null>(null);
  const [typedName, setName] = useState<string | null>(null);
  const [typedVersion, setVersion] = useState<string | null>(null);
  const [description, setDescription] = useState("");
  const [isChecked, setChecked] = useState(false);
  const [told, setTold] = useState<Faults>({});
  const [error, setError] = useState<unknown>(null);
  const [share, setShare] = useState<number | null>(null);
  const running = useRef<Upload<Schemas["Uploaded"]> | null>(null);
  useEffect(() => () => running.current?.cancel(), []);

  const name = typedName ?? (file ? nameOf(file.name) : "");
  const { data: versions } = useQuery({
    queryKey: ["versions", project.id, name],
    enabled: isName(name),
    queryFn: () => askVersions(project, name),
  });
  const taken = versions?.map((model) => model.model_version) ?? [];
  const version = typedVersion ?? nextVersion(taken);

  const found: Faults = {};
  if (!file) found.file = t.noPackage;
  else if (!isPackage(file.name)) found.file = t.noPackage;
  else if (file.size === 0) found.file = t.isEmpty;
  if (!isName(name)) found.model_name = t.nameWrong;
  if (!isVersion(version)) found.model_version = t.versionWrong;
  else if (taken.includes(version)) found.model_version = t.versionTaken;
  if ([...description].length > 100) found.description = t.descriptionWrong;

  const submit = async () => {
    setChecked(true);
    setTold({});
    setError(null);
    if (!file || Object.keys(found).length > 0) return;
    setShare(0);
    try {
      running.current = upload<Schemas["Uploaded"]>(`/adyton/v1/${project.id}/packages`, file, setShare);
      const { location } = await running.current.done;
      const { model_id } = await ask(
        api.POST("/v1/{project_id}/models", {
          params: { path: { project_id: project.id } },
          body: {
            model_name: name,
            model_version: version,
            description,
            source_location: location,
            install_type: ["real-time"],
          },
        }),
      );
      await client.invalidateQueries({ queryKey: ["models", project.id] });
      tell(t.begun(`${name} ${version}`));
      navigate(projectPath(project, `models/${model_id}`));
    } catch (failure) {
      if (failure instanceof DOMException && failure.name === "AbortError") return;
      const named = faultOfRefusal(asFailure(failure));
      if (named && ["model_name", "model_version", "description"].includes(named.field))
        setTold({ [named.field]: named.text });
      else setError(failure);
    } finally {
      running.current = null;
      setShare(null);
    }
  };
  return {
    file,
    setFile,
    name,
    setName,
    version,
    setVersion,
    description,
    setDescription,
    faults: isChecked ? { ...found, ...told } : told,
    error,
    share,
    stop: () => running.current?.cancel(),
    submit,
  };
}

interface PackageProps {
  file: File | null;
  error: string | undefined;
  onChoose: (file: File) => void;
  isBusy: boolean;
}

function PackageField({ file, error, onChoose, isBusy }: PackageProps) {
  const t = useTexts(words);
  return (
    <div>
      <DropZone
        className={classes.drop as string}
        isDisabled={isBusy}
        onDrop={(event) => {
          const dropped = event.items.find((item) => item.kind === "file");
          if (dropped?.kind === "file") void dropped.getFile().then(onChoose);
        }}
      >
        <Icon name="upload" />
        {file && (
          <p>
            <bdi>{file.name}</bdi> · {size(file.size)}
          </p>
        )}
        <FileTrigger
          acceptedFileTypes={PACKAGE_KINDS}
          onSelect={(files) => {
            const first = files?.[0];
            if (first) onChoose(first);
          }}
        >
          <Button isDisabled={isBusy}>{file ? t.another : t.choose}</Button>
        </FileTrigger>
        <p className={classes.hint}>{t.drop}</p>
      </DropZone>
      {error && (
        <p role="alert" className={classes.error}>
          {error}
        </p>
      )}
    </div>
  );
}

function Progress({ share }: { share: number }) {
  const t = useTexts(words);
  const percent = Math.floor(share * 100);
  const text = share < 1 ? t.uploading(percent) : t.storing;
  return (
    <div className={classes.progress}>
      <progress value={share} max={1} aria-label={text} />
      <p role="status">{text}</p>
    </div>
  );
}
