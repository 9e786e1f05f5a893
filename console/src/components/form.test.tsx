import { act, render, renderHook, screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { Failure } from "../api/failure";
import { LanguageProvider } from "../language/language";
import { TextField } from "./field";
import { type Form, FormBody, useForm } from "./form";

const blank = { name: "", value: "" };
const type = (form: Form<"name" | "value">, name: "name" | "value", text: string) =>
  act(() => form.field(name).onChange(text));

function Busy() {
  const form = useForm({ name: "x" }, { send: () => Promise.reject(new Failure("The server is busy")) });
  return (
    <LanguageProvider>
      <FormBody form={form} label="Tags" deed="Add" inRow>
        <TextField label="Name" {...form.field("name")} />
      </FormBody>
    </LanguageProvider>
  );
}

test("what is wrong is told at its field, and nothing is sent before it is mended", async () => {
  const send = vi.fn(async () => {});
  const check = ({ name }: { name: string }) => ({ name: name ? "" : "A name is needed." });
  const { result } = renderHook(() => useForm<"name" | "value">(blank, { check, send }));
  await act(async () => result.current.submit());
  expect(result.current.field("name").error).toBe("A name is needed.");
  expect(send).not.toHaveBeenCalled();
  type(result.current, "name", "iris");
  expect(result.current.field("name").error).toBeUndefined();
  await act(async () => result.current.submit());
  expect(send).toHaveBeenCalledExactlyOnceWith({ name: "iris", value: "" });
  expect(result.current.isBlank).toBe(true);
});

test("Enter that is pressed twice sends once", async () => {
  let finish = () => {};
  const send = vi.fn(() => new Promise<void>((resolve) => (finish = resolve)));
  const { result } = renderHook(() => useForm<"name" | "value">(blank, { send }));
  act(() => {
    result.current.submit();
    result.current.submit();
  });
  expect(result.current.busy).toBe(true);
  await act(async () => finish());
  expect([send.mock.calls.length, result.current.busy]).toEqual([1, false]);
});

test("a refusal loses nothing that was typed, and stands at the field that it names", async () => {
  const refusals = [
    new Failure("Invalid argument: tags[0].value: must have letters"),
    new Failure("The server is busy"),
    new Failure("no", { reason: "iam.wrong_password" }),
  ];
  const send = async () => {
    throw refusals.shift();
  };
  const faultsOf = ({ reason }: Failure) => (reason ? { name: "wrong" } : null);
  const { result } = renderHook(() => useForm<"name" | "value">(blank, { send, faultsOf }));
  type(result.current, "value", "?");
  await act(async () => result.current.submit());
  expect([result.current.field("value").error, result.current.error]).toEqual(["must have letters", null]);
  await act(async () => result.current.submit());
  expect(result.current.field("value").error).toBeUndefined();
  expect(String(result.current.error)).toContain("The server is busy");
  await act(async () => result.current.submit());
  expect([result.current.field("name").error, result.current.error]).toEqual(["wrong", null]);
  expect(result.current.values.value).toBe("?");
  act(() => result.current.reset());
  expect([result.current.isBlank, result.current.field("name").error]).toEqual([true, undefined]);
});

test("what went wrong as a whole is said once, with the fields still there", async () => {
  render(<Busy />);
  await act(async () => screen.getByRole("button", { name: "Add" }).click());
  expect(screen.getByRole("alert").textContent).toContain("The server is busy");
  expect(screen.getByRole<HTMLInputElement>("textbox", { name: "Name" }).value).toBe("x");
});
