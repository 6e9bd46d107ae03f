import Glibc
import ProtobufDescriptors
import SystemCalls

/// Reads a file of descriptors that `protoc` wrote.
enum DescriptorSetFile {
  static func read(_ path: String) throws(CommandFailure) -> [FileDescriptor] {
    let bytes = try FileContent.read(path)
    do { return try FileDescriptorSet(serializedBytes: bytes).files } catch {
      throw .usage("\(path) is not a descriptor set as `protoc --include_imports -o` writes it: \(error)")
    }
  }
}

/// Reads a whole file.
enum FileContent {
  static func read(_ path: String) throws(CommandFailure) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .usage("\(path) cannot be opened: \(SystemError.last)") }
    defer { close(descriptor) }
    do { return try ByteStream.readAll(from: descriptor) } catch {
      throw .usage("\(path) cannot be read: \(error)")
    }
  }
}
