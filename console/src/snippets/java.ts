// Java: the JDK sends; a signature is made by the signer of the official SDK.

import {
  type Auth,
  type Body,
  type Call,
  decoded,
  ESCAPED_AGAIN,
  json,
  type Missing,
  parts,
  type Snippet,
  url,
} from "./call.js";
import { placeholders, type Shown, shown } from "./credentials.js";
import { JSON_TEXT, laidOut } from "./json.js";
import { java as quoted } from "./quote.js";

const IN = "        ";
const POM = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>example</groupId>
  <artifactId>call</artifactId>
  <version>1</version>
  <dependencies>
    <dependency>
      <groupId>com.huaweicloud.sdk</groupId>
      <artifactId>huaweicloud-sdk-core</artifactId>
      <version>3.1.192</version>
    </dependency>
    <dependency>
      <groupId>org.slf4j</groupId>
      <artifactId>slf4j-nop</artifactId>
      <version>2.0.17</version>
    </dependency>
  </dependencies>
  <build>
    <plugins>
      <plugin>
        <groupId>org.apache.maven.plugins</groupId>
        <artifactId>maven-dependency-plugin</artifactId>
        <version>3.6.1</version>
      </plugin>
    </plugins>
  </build>
</project>
`;

export function java(call: Call, auth: Auth): Snippet | Missing {
  const how = shown(auth);
  if (how.kind === "signature" && /[?#%]/.test(decoded(parts(call).path) ?? "%")) return ESCAPED_AGAIN;
  const signs = how.kind === "signature";
  const form = call.body?.kind === "form";
  const imports = [
    "java.net.URI",
    "java.net.http.HttpClient",
    "java.net.http.HttpRequest",
    "java.net.http.HttpResponse",
  ];
  if (form)
    imports.push(
      "java.io.ByteArrayOutputStream",
      "java.nio.charset.StandardCharsets",
      "java.nio.file.Files",
      "java.nio.file.Path",
    );
  const own = signs
    ? [
        "com.huaweicloud.sdk.core.auth.AKSKSigner",
        "com.huaweicloud.sdk.core.auth.BasicCredentials",
        "com.huaweicloud.sdk.core.http.HttpMethod",
      ]
    : [];
  const groups = [own, imports.sort()].filter((group) => group.length > 0);
  const text = `${groups.map((group) => group.map((name) => `import ${name};\n`).join("")).join("\n")}
public class Call {
    public static void main(String[] arguments) throws Exception {
${body(call.body)}${IN}HttpRequest.Builder call = HttpRequest.newBuilder(URI.create(${quoted(url(call), "")}))
${IN}    .version(HttpClient.Version.HTTP_1_1)
${type(call.body)}${IN}    .method(${quoted(call.method, "")}, ${publisher(call.body)});
${signs ? signature(call, how) : `${IN}call.header("${how.header}", System.getenv("${how.variable}"));\n`}
${IN}HttpResponse<String> answer = HttpClient.newHttpClient().send(call.build(), HttpResponse.BodyHandlers.ofString());
${IN}if (answer.statusCode() >= 300) {
${IN}    System.err.println(answer.statusCode() + " " + answer.body());
${IN}    System.exit(1);
${IN}}
${IN}System.out.println(answer.body());
    }
${form ? PART : ""}}
`;
  return {
    title: "Java",
    file: "Call.java",
    text,
    needs: {
      programs: signs ? ["java", "mvn"] : ["java"],
      files: signs ? [{ name: "pom.xml", text: POM }] : [],
      install: signs ? ["mvn -q dependency:copy-dependencies -DoutputDirectory=lib"] : [],
    },
    run: signs ? "java -cp 'lib/*' Call.java" : "java Call.java",
    placeholders: placeholders(auth),
  };
}

const PART = `
    static byte[] part(String boundary, String disposition, byte[] content) throws Exception {
        ByteArrayOutputStream part = new ByteArrayOutputStream();
        part.write(("--" + boundary + "\\r\\nContent-Disposition: form-data; " + disposition + "\\r\\n\\r\\n").getBytes(StandardCharsets.UTF_8));
        part.write(content);
        part.write("\\r\\n".getBytes(StandardCharsets.UTF_8));
        return part.toByteArray();
    }
`;

function body(body: Body | undefined): string {
  if (body === undefined) return "";
  if (body.kind === "text") return `${IN}String body = ${quoted(text(body), `${IN}    `)};\n`;
  const fields = body.fields.map((field) => {
    const name = (text: string): string =>
      text.replaceAll('"', "%22").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
    const disposition = `name="${name(field.name)}"${field.file ? `; filename="${name(field.value)}"` : ""}`;
    const content = field.file
      ? `Files.readAllBytes(Path.of(${quoted(field.value, "")}))`
      : `${quoted(field.value, "")}.getBytes(StandardCharsets.UTF_8)`;
    return `${IN}body.write(part(boundary, ${quoted(disposition, "")}, ${content}));\n`;
  });
  return `${IN}String boundary = "boundary-" + System.nanoTime();
${IN}ByteArrayOutputStream body = new ByteArrayOutputStream();
${fields.join("")}${IN}body.write(("--" + boundary + "--\\r\\n").getBytes(StandardCharsets.UTF_8));
`;
}

function text(body: Body & { kind: "text" }): string {
  const value = json(body);
  return value === undefined ? body.text : laidOut(value, JSON_TEXT, "  ");
}

function type(body: Body | undefined): string {
  if (body === undefined) return "";
  return `${IN}    .header("Content-Type", ${body.kind === "text" ? quoted(body.contentType, "") : '"multipart/form-data; boundary=" + boundary'})\n`;
}

function publisher(body: Body | undefined): string {
  if (body === undefined) return "HttpRequest.BodyPublishers.noBody()";
  return body.kind === "text"
    ? "HttpRequest.BodyPublishers.ofString(body)"
    : "HttpRequest.BodyPublishers.ofByteArray(body.toByteArray())";
}

function signature(call: Call, how: Shown & { kind: "signature" }): string {
  // The signer escapes the path itself.
  const { endpoint, path } = parts(call);
  const content = {
    text: `\n${IN}    .withBodyAsString(body)`,
    form: `\n${IN}    .addHeader("X-Sdk-Content-Sha256", "UNSIGNED-PAYLOAD")`,
    none: "",
  }[call.body?.kind ?? "none"];
  const declared =
    call.body?.kind === "form" ? `${IN}call.header("X-Sdk-Content-Sha256", "UNSIGNED-PAYLOAD");\n` : "";
  return `
${IN}var toSign = com.huaweicloud.sdk.core.http.HttpRequest.newBuilder()
${IN}    .withMethod(HttpMethod.valueOf(${quoted(call.method, "")}))
${IN}    .withEndpoint(${quoted(endpoint + (decoded(path) ?? ""), "")})${content}
${IN}    .build();
${IN}var credentials = new BasicCredentials().withAk(System.getenv("${how.key}")).withSk(System.getenv("${how.secret}"));
${IN}AKSKSigner.getInstance().sign(toSign, credentials).forEach((name, value) -> {
${IN}    // The JDK sends the host itself.
${IN}    if (!name.equalsIgnoreCase("host")) {
${IN}        call.setHeader(name, value);
${IN}    }
${IN}});
${declared}`;
}
