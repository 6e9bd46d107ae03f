import Glibc
import Testing

@testable import SystemCalls

@Suite("The directories above a path")
struct DirectoryPathTests {
  @Test(
    "are named from the outermost on",
    arguments: [
      ("/a/b/c", ["/a", "/a/b"]), ("a/b", ["a"]), ("a", []), ("/", []), ("/a", []), ("/a//b/", ["/a"]),
      ("./a/b", [".", "./a"]), ("", []),
    ] as [(String, [String])]
  )
  func parents(path: String, expected: [String]) {
    #expect(DirectoryPath.parents(of: path) == expected)
  }

  @Test("are made where they are missing, and the path itself is not")
  func make() throws {
    var template = Array("/tmp/directories-XXXXXX".utf8CString)
    try #require(mkdtemp(&template) != nil)
    let root = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    defer { for name in ["/a/b", "/a", ""] { rmdir(root + name) } }
    #expect(try DirectoryPath.makeParents(of: root + "/a/b/c", mode: 0o700) == [root + "/a", root + "/a/b"])
    #expect(access(root + "/a/b", F_OK) == 0 && access(root + "/a/b/c", F_OK) != 0)
    #expect(try DirectoryPath.makeParents(of: root + "/a/b/c", mode: 0o700) == [])
  }

  @Test("that cannot be made are named, with the reason")
  func failure() {
    #expect {
      try DirectoryPath.makeParents(of: "/dev/null/a/b", mode: 0o700)
    } throws: { error in
      "\(error)" == "cannot make the directory /dev/null: Not a directory"
    }
  }
}
