// The official Node clients against a gateway, changed by nothing but their base URL.
// node client.mjs URL: prints one JSON document with what came back.

import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";

const url = process.argv[2];
const openai = new OpenAI({ baseURL: url, apiKey: "none", maxRetries: 0 });
const anthropic = new Anthropic({ baseURL: url.replace(/\/v1$/, ""), apiKey: "none", maxRetries: 0 });
const user = (content) => [{ role: "user", content }];
const weather = { type: "object", properties: { city: { type: "string" } }, required: ["city"] };
const seen = {};

const chat = await openai.chat.completions.create({ model: "small", messages: user("the capital, from Node") });
seen.chat = { text: chat.choices[0].message.content, receipt: chat.sobrio.receipt, usage: chat.usage.sobrio };

const chunks = [];
const stream = await openai.chat.completions.create({
  model: "small", messages: user("the capital, streamed to Node"), stream: true,
});
for await (const chunk of stream) chunks.push(chunk);
seen.stream = {
  text: chunks.map((chunk) => chunk.choices[0]?.delta?.content ?? "").join(""),
  receipt: chunks.at(-1).sobrio.receipt,
};

const tools = [{ type: "function", function: { name: "weather", parameters: weather } }];
const runner = openai.chat.completions.stream({ model: "small", messages: user("weather for Node"), tools });
seen.tools = (await runner.finalChatCompletion()).choices[0].message.tool_calls.map((call) => call.function);

const response = await openai.responses.create({ model: "small", input: "the capital, as a response" });
seen.response = { text: response.output_text, receipt: response.sobrio.receipt };

const events = openai.responses.stream({ model: "small", input: "the capital, as events" });
seen.events = { text: (await events.finalResponse()).output_text };

const vectors = await openai.embeddings.create({ model: "vectors", input: "for Node", encoding_format: "float" });
seen.vectors = vectors.data[0].embedding.length;

try {
  await openai.chat.completions.create({ model: "busy", messages: user("now") });
} catch (error) {
  seen.error = { status: error.status, kind: error.constructor.name };
}

const message = await anthropic.messages.create({ model: "small", max_tokens: 50, messages: user("the capital, a message") });
seen.message = { text: message.content[0].text, receipt: message.sobrio.receipt, usage: message.usage.sobrio };

const messages = anthropic.messages.stream({
  model: "small", max_tokens: 50, messages: user("weather, a message"),
  tools: [{ name: "weather", input_schema: weather }],
});
seen.uses = (await messages.finalMessage()).content.map(({ name, input }) => ({ name, input }));

console.log(JSON.stringify(seen));
