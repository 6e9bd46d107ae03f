package import Glibc

/// Making of directories with those above them, as `mkdir -p` does.
package enum DirectoryPath {
  /// Why a directory could not be made, and which one.
  package struct MakeError: Error, CustomStringConvertible {
    package let path: String
    package let cause: SystemError

    package var description: String { "cannot make the directory \(path): \(cause)" }
  }

  /// Makes the directories above `path` that are missing. `path` itself is left to the caller.
  ///
  /// - Parameter mode: Of those that are made, less the umask.
  /// - Returns: Those that were made, outermost first.
  @discardableResult
  package static func makeParents(of path: String, mode: mode_t) throws(MakeError) -> [String] {
    var made: [String] = []
    for parent in parents(of: path) {
      if mkdir(parent, mode) == 0 {
        made.append(parent)
        continue
      }
      let cause = SystemError.last
      // mkdir(2) may name another reason for a directory that is there: a file system that is read-only, for example.
      var status = stat()
      guard stat(parent, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
        throw MakeError(path: parent, cause: cause.code == EEXIST ? SystemError(ENOTDIR) : cause)
      }
    }
    return made
  }

  /// The paths of the directories above a path, outermost first: of `/a/b/c`, `/a` and `/a/b`.
  static func parents(of path: String) -> [String] {
    let end = path.lastIndex { $0 != "/" } ?? path.startIndex
    return path.indices.filter { index in
      index > path.startIndex && index <= end && path[index] == "/" && path[path.index(before: index)] != "/"
    }.map { String(path[..<$0]) }
  }
}
