import Glibc
import ProtobufDescriptors

/// Descriptors that `protoc` wrote to a file.
enum DescriptorSetFile {
  static func read(_ path: String) throws(CommandFailure) -> [FileDescriptor] {
    let bytes = try FileContent.read(path)
    do { return try FileDescriptorSet(serializedBytes: bytes).files } catch {
      throw .usage("\(path) is not a descriptor set as `protoc --include_imports -o` writes it: \(error)")
    }
  }
}

/// A file, whole.
enum FileContent {
  private static let chunk = 65_536

  static func read(_ path: String) throws(CommandFailure) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .usage("\(path) cannot be opened: \(String(cString: strerror(errno)))") }
    defer { close(descriptor) }
    var content: [UInt8] = []
    while true {
      var buffer = [UInt8](repeating: 0, count: chunk)
      let count = Glibc.read(descriptor, &buffer, chunk)
      guard count >= 0 else {
        if errno == EINTR { continue }
        throw .usage("\(path) cannot be read: \(String(cString: strerror(errno)))")
      }
      if count == 0 { return content }
      content += buffer.prefix(count)
    }
  }
}
