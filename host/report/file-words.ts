// What the file system's errors say, in words that can follow the name of a file.

export const FILE_ERRORS: Readonly<Record<string, string>> = {
  EACCES: 'no permission',
  EPERM: 'no permission',
  ENOENT: 'no such file or folder',
  EISDIR: 'is a folder, not a file',
  EEXIST: 'a part of the path is a file, not a folder',
  ELOOP: 'the path has too many links',
  ENAMETOOLONG: 'the path is too long',
  ENOTDIR: 'a part of the path is not a folder',
  ENOSPC: 'no space is left on the disk',
  EROFS: 'the disk is read-only',
};

/** What the file system's error says, in words. */
export function fileWords(error: unknown): string {
  const { code, message } = (error ?? {}) as NodeJS.ErrnoException;
  return FILE_ERRORS[code ?? ''] ?? code ?? String(message ?? error);
}
