/** Dialogs: above everything, closed by Escape, the focus goes back to where it was. */
import { type ReactNode, useState } from "react";
import { Dialog as AriaDialog } from "react-aria-components/Dialog";
import { Heading } from "react-aria-components/Heading";
import { Modal, ModalOverlay } from "react-aria-components/Modal";
import { useTexts } from "../language/language";
import { texts } from "../language/texts";
import { Button } from "./button";
import { useDeed } from "./deed";
import classes from "./dialog.module.css";
import { FailureNote } from "./failure";
import { FormActions, TextField } from "./field";

const words = texts({
  cancel: ["Cancel", "取消"],
});

interface Props {
  title: string;
  isOpen: boolean;
  onClose: () => void;
  wide?: boolean;
  /** Not closed by a press outside: where something was typed. */
  keeps?: boolean;
  role?: "dialog" | "alertdialog";
  children: ReactNode;
}

export function Dialog({
  title,
  isOpen,
  onClose,
  wide = false,
  keeps = false,
  role = "dialog",
  children,
}: Props) {
  return (
    <ModalOverlay
      isOpen={isOpen}
      onOpenChange={(open) => !open && onClose()}
      isDismissable={!keeps}
      className={classes.veil as string}
    >
      <Modal className={`${classes.modal} ${wide ? classes.wide : ""}`}>
        <AriaDialog role={role} className={classes.dialog as string}>
          <Heading slot="title" className={classes.title as string}>
            {title}
          </Heading>
          {children}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}

interface ConfirmProps {
  title: string;
  isOpen: boolean;
  onClose: () => void;
  children: ReactNode;
  /** What the button says: the deed itself, never "OK". */
  deed: string;
  danger?: boolean;
  /** Must be typed before the button can be pressed: the name of what will be gone. */
  typed?: { value: string; label: string };
  onConfirm: () => Promise<unknown>;
}

/** Asks before something is done that cannot simply be undone. */
export function Confirm({
  title,
  isOpen,
  onClose,
  children,
  deed,
  danger = false,
  typed,
  onConfirm,
}: ConfirmProps) {
  const t = useTexts(words);
  const [value, setValue] = useState("");
  const close = () => {
    forget();
    setValue("");
    onClose();
  };
  const { busy, error, run, forget } = useDeed(async () => {
    await onConfirm();
    close();
  });
  const ready = !typed || value.trim() === typed.value;
  return (
    <Dialog title={title} isOpen={isOpen} onClose={close} role="alertdialog">
      <form
        className={classes.body}
        onSubmit={(event) => {
          event.preventDefault();
          if (ready && !busy) void run();
        }}
      >
        <div className={classes.text}>{children}</div>
        {typed && (
          <TextField
            label={typed.label}
            value={value}
            onChange={setValue}
            autoFocus
            mono
            autoComplete="off"
          />
        )}
        {error !== null && <FailureNote error={error} />}
        <FormActions>
          <Button onPress={close}>{t.cancel}</Button>
          <Button type="submit" kind={danger ? "danger" : "primary"} isPending={busy} isDisabled={!ready}>
            {deed}
          </Button>
        </FormActions>
      </form>
    </Dialog>
  );
}
