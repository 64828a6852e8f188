/**
 * Style sheets and templates without what only people read. Lit's whole-program assumptions in lean-lit.ts about
 * templates are checked here, on every template there is.
 *
 * @module
 */
import ts from 'typescript';
import type { Edit } from './edit.ts';
import { applyEdits } from './edit.ts';

/** The text of a module with its `css` and `html` literals made short. */
export function shortenLiterals(code: string): string {
  const edits: Edit[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isTaggedTemplateExpression(node)) edits.push(...shorten(node.tag.getText(), piecesOf(node.template)));
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('module.ts', code, ts.ScriptTarget.Latest, true));
  return applyEdits(code, edits);
}

/** The literal text between a template's backticks and its expressions. */
function piecesOf(template: ts.TemplateLiteral): Edit[] {
  const nodes = ts.isNoSubstitutionTemplateLiteral(template) ? [template] : [template.head, ...template.templateSpans.map(({ literal }) => literal)];
  return nodes.map((node) => {
    const text = node.getText();
    const tail = text.endsWith('${') ? 2 : 1;
    return { start: node.getStart() + 1, end: node.getEnd() - tail, text: text.slice(1, -tail) };
  });
}

function shorten(tag: string, pieces: Edit[]): Edit[] {
  if (tag === 'css') return pieces.map((piece) => ({ ...piece, text: shortCss(piece.text) }));
  if (tag === 'html') return shortHtml(pieces);
  return [];
}

/** Spaces that separate nothing, quotes and zeros that say nothing. Our sheets have no texts that this could change. */
function shortCss(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/ ?([{};,>]|!important) ?/g, '$1')
    .replace(/([\w-]): /g, '$1:')
    .replace(/\[([\w-]+~?=)'([\w-]+)'\]/g, '[$1$2]')
    .replace(/(?<!\d)0(?=\.\d)/g, '')
    .replaceAll(';}', '}')
    .trim();
}

/** A line break with its indentation is nothing between tags, and one space inside of one. */
function shortHtml(pieces: Edit[]): Edit[] {
  let inTag = false;
  return pieces.map((piece) => {
    if (/<!--|='|="[^"]*([=>][^"]*"|$)|\s[.?][\w-]+=$/.test(piece.text)) throw new Error(`lean-lit.ts leaves out what this template needs: ${piece.text}`);
    const text = piece.text.replace(/[<>]|\s*\n\s*/g, (found) => {
      if (found === '<' || found === '>') inTag = found === '<';
      else return inTag ? ' ' : '';
      return found;
    });
    return { ...piece, text };
  });
}
