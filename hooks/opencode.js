// The guard as a plugin of OpenCode, which calls JavaScript and not programs.
//
// Each event goes to the launcher beside this file as one JSON object. Before a tool runs, only an
// explicit allow lets it: whatever else comes back (a refusal, a crash, no answer in time) throws,
// and what is thrown blocks the call and is told to the model.
import { spawn } from "node:child_process"
import { fileURLToPath } from "node:url"

const GUARD = fileURLToPath(new URL("guard", import.meta.url))
const MILLISECONDS = 30_000

/** What the launcher answers: null for an allow, the reason of a refusal; else it rejects. */
function ask(phase, event) {
  return new Promise((resolve, reject) => {
    const options = { timeout: MILLISECONDS, killSignal: "SIGKILL" }
    const child = spawn("/bin/sh", [GUARD, phase, "--runtime", "opencode"], options)
    let out = ""
    let err = ""
    child.stdout.on("data", (part) => (out += part))
    child.stderr.on("data", (part) => (err += part))
    child.stdin.on("error", () => {}) // it may answer without reading the event
    child.on("error", reject)
    child.on("close", (code) => {
      try {
        if (code !== 0) throw new Error(err.trim() || `it ended with ${code ?? "no answer"}`)
        const answer = JSON.parse(out)
        if (answer.decision === "allow") resolve(null)
        else if (answer.decision === "deny") resolve(String(answer.reason))
        else throw new Error(`its answer is not known: ${out.slice(0, 200)}`)
      } catch (error) {
        reject(new Error(`The self-healing guard refuses: ${error.message}`))
      }
    })
    child.stdin.end(JSON.stringify(event))
  })
}

export const SelfHealingGuard = async ({ client, directory }) => {
  const roots = new Map()

  /** The session at the root of a child session: a child's calls belong to its ledger. */
  async function rootOf(id) {
    if (!roots.has(id)) {
      const found = await client.session.get({ path: { id } })
      if (!found.data) throw new Error(`The self-healing guard refuses: no session ${id}`)
      roots.set(id, found.data.parentID ? await rootOf(found.data.parentID) : id)
    }
    return roots.get(id)
  }

  async function send(phase, hook, id, fields) {
    const root = await rootOf(id)
    const child = root === id ? {} : { childID: id }
    return ask(phase, { hook, sessionID: root, ...child, directory, ...fields })
  }

  /** The person's words; a refusal of them (healing was switched off) is what the model reads. */
  async function heard(id, prompt, parts) {
    const reason = await send("prompt", "chat.message", id, { prompt })
    if (reason === null) return
    for (const part of parts) if (part.type === "text") part.text = reason
  }

  return {
    "tool.execute.before": async ({ tool, sessionID, callID }, { args }) => {
      const fields = { tool, callID, args }
      const reason = await send("before-tool", "tool.execute.before", sessionID, fields)
      if (reason !== null) throw new Error(reason)
    },
    "tool.execute.after": async ({ tool, sessionID, callID, args }, output) => {
      const { title, metadata } = output
      const fields = { tool, callID, args, output: { title, metadata, output: output.output } }
      try {
        await send("after-tool", "tool.execute.after", sessionID, fields)
      } catch (error) {
        output.output += `\n${error.message}` // the tool has run: the model learns what is amiss
      }
    },
    "command.execute.before": async ({ command, sessionID, arguments: words }, { parts }) =>
      heard(sessionID, `/${command} ${words}`.trim(), parts),
    "chat.message": async ({ sessionID }, { parts }) => {
      const words = parts.filter((part) => part.type === "text" && !part.synthetic)
      await heard(sessionID, words.map((part) => part.text).join("\n"), parts)
    },
    event: async ({ event }) => {
      if (event.type !== "session.idle") return
      await send("stop", "session.idle", event.properties.sessionID, {}).catch((error) =>
        client.app.log({ body: { service: "guard", level: "error", message: error.message } }),
      )
    },
  }
}
