import SimulatedDisk
import Testing

/// Operations find rows by indexes, which no scan of a table reads.
@Suite("A ledger with a damaged index", .timeLimit(.minutes(5)))
struct DamagedIndexTests {
  private struct Index {
    let name: String
    let root: Int
    let pages: [Int]
  }

  private func indexes(of ledger: SoundLedger) throws -> [Index] {
    let disk = SimulatedDisk(files: [ledger.path: ledger.bytes])
    let indexes = try #require(
      disk.run("SELECT name, rootpage FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL", in: ledger.path)
    )
    try #require(indexes.count > 10)
    return try indexes.map { index in
      let pages = try #require(disk.run("SELECT pageno FROM dbstat WHERE name = '\(index[0])'", in: ledger.path))
      return Index(name: index[0], root: try #require(Int(index[1])), pages: pages.compactMap { Int($0[0]) })
    }
  }

  private func replacing(_ page: Int, of ledger: SoundLedger, with content: [UInt8]) -> SimulatedDisk {
    var bytes = ledger.bytes
    bytes.replaceSubrange((page - 1) * SoundLedger.pageSize..<page * SoundLedger.pageSize, with: content)
    return SimulatedDisk(files: [ledger.path: bytes])
  }

  @Test("is proved to be damaged where a page of the index cannot be read")
  func unreadable() async throws {
    let ledger = try SoundLedger(batches: 30)
    for index in try indexes(of: ledger) {
      let page = try #require(index.pages.randomElement())
      let zeros = [UInt8](repeating: 0, count: SoundLedger.pageSize)
      let findings = try await ledger.findings(on: replacing(page, of: ledger, with: zeros))
      #expect(findings.refusal == nil && !findings.flaws.isEmpty, "\(index.name)")
      #expect(findings.wrong == [], "\(index.name)")
    }
  }

  @Test("is proved to be damaged where the entries of the index are lost")
  func lost() async throws {
    let ledger = try SoundLedger(batches: 30)
    let disk = SimulatedDisk(files: [ledger.path: ledger.bytes])
    // A leaf of an index with no cells (sqlite.org/fileformat2.html, section 1.6).
    var empty = [UInt8](repeating: 0, count: SoundLedger.pageSize)
    empty[0] = 10
    empty[5] = 0x10
    var tried = 0
    for index in try indexes(of: ledger) {
      let counted = disk.run("SELECT ifnull(sum(ncell), 0) FROM dbstat WHERE name = '\(index.name)'", in: ledger.path)
      guard try #require(counted) != [["0"]] else { continue }
      let findings = try await ledger.findings(on: replacing(index.root, of: ledger, with: empty))
      #expect(findings.refusal == nil && !findings.flaws.isEmpty, "\(index.name)")
      tried += 1
    }
    #expect(tried > 5)
  }
}
