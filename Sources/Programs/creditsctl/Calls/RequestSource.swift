import Dispatch
import DynamicMessages
import Glibc
import SystemCalls

/// The source of the requests' JSON.
enum RequestSource: Sendable {
  case text([UInt8])
  case standardInput

  /// - Parameter argument: JSON, `@` followed by a file name, or `-` for standard input.
  init(argument: String) throws(CommandFailure) {
    if argument == "-" {
      self = .standardInput
    } else if argument.first == "@" {
      self = .text(try FileContent.read(String(argument.dropFirst())))
    } else {
      self = .text(Array(argument.utf8))
    }
  }

  /// Returns the documents, each as soon as it is complete.
  func documents() -> RequestDocuments { RequestDocuments(source: self) }
}

/// The JSON documents of a source, in order.
struct RequestDocuments: AsyncSequence, AsyncIteratorProtocol {
  typealias Element = JSONDocument

  private let source: RequestSource
  private var splitter = JSONDocumentSplitter()
  private var ready: [JSONDocument] = []
  private var hasEnded = false

  init(source: RequestSource) {
    self.source = source
  }

  func makeAsyncIterator() -> RequestDocuments { self }

  mutating func next() async throws -> JSONDocument? {
    while ready.isEmpty, !hasEnded {
      let bytes = try await chunk()
      if case .text = source { hasEnded = true } else { hasEnded = bytes.isEmpty }
      ready = splitter.append(bytes)
      if hasEnded, let last = splitter.finish() { ready.append(last) }
    }
    return ready.isEmpty ? nil : ready.removeFirst()
  }

  private func chunk() async throws -> [UInt8] {
    if case .text(let bytes) = source { return bytes }
    return try await withCheckedThrowingContinuation { continuation in
      // read(2) blocks until there is input, so keep it off the threads of the cooperative pool.
      DispatchQueue.global().async {
        do throws(SystemError) {
          continuation.resume(returning: try ByteStream.readChunk(from: STDIN_FILENO))
        } catch {
          continuation.resume(throwing: CommandFailure.usage("standard input cannot be read: \(error)"))
        }
      }
    }
  }
}
