export function filesOfRules(root: string): readonly string[];
