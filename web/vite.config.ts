import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const server = process.env.YICHUANG_URL ?? 'http://127.0.0.1:8080'

// The text editor inside the editors of models writes its styles into <style> elements, which the content policy forbids;
// as a style sheet of the document it is allowed to.
const adoptedStyles = {
  name: 'adopted-styles',
  transform(code: string, id: string) {
    if (!id.includes('/style-mod/')) return null
    const adopted = code.replace('!root.head && root.adoptedStyleSheets', 'root.adoptedStyleSheets')
    if (adopted === code) throw new Error('style-mod is no longer what this was written for')
    return { code: adopted, map: null }
  },
}

export default defineConfig({
  plugins: [vue(), adoptedStyles],
  // The form editor and its panel must share one copy of what draws them.
  resolve: { alias: { '@': here('./src') }, dedupe: ['preact'] },
  build: {
    target: 'es2020',
    // Old WebViews do not know modulepreload; the small polyfill is bundled, never inline.
    rollupOptions: { input: { index: here('./index.html'), office: here('./office.html') } },
    chunkSizeWarningLimit: 700,
  },
  server: { proxy: { '/api': server } },
  test: {
    environment: 'happy-dom',
    include: ['tests/unit/**/*.spec.ts'],
    server: { deps: { inline: ['element-plus'] } },
  },
})
