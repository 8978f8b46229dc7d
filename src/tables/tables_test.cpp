#include <gtest/gtest.h>
#include <zip.h>

#include "tables/tables.h"

namespace {

using tables::Encoding;
using Cells = std::vector<std::string>;

/// A ZIP container of these parts.
std::string zipped(const std::vector<std::pair<std::string, std::string>>& parts) {
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* source = zip_source_buffer_create(nullptr, 0, 0, &error);
  zip_source_keep(source);
  zip_t* archive = zip_open_from_source(source, ZIP_TRUNCATE, &error);
  for (const auto& [name, text] : parts)
    zip_file_add(archive, name.c_str(), zip_source_buffer(archive, text.data(), text.size(), 0), ZIP_FL_ENC_UTF_8);
  EXPECT_EQ(zip_close(archive), 0);
  zip_source_open(source);
  zip_source_seek(source, 0, SEEK_END);
  std::string bytes(static_cast<std::size_t>(zip_source_tell(source)), '\0');
  zip_source_seek(source, 0, SEEK_SET);
  EXPECT_EQ(zip_source_read(source, bytes.data(), bytes.size()), static_cast<zip_int64_t>(bytes.size()));
  zip_source_close(source);
  zip_source_free(source);
  return bytes;
}

tables::Table good(std::string_view bytes, Encoding encoding = Encoding::detect) {
  auto table = tables::read(bytes, encoding);
  EXPECT_TRUE(table) << table.error().message.en;
  return table ? std::move(table).value() : tables::Table{};
}

TEST(read, takes_csv_apart) {
  const auto table = good("\xEF\xBB\xBF名称,备注\r\n\"湘演,商贸\",\"说\"\"好\"\"\n的\"\r\n\r\n云试,\r\n");
  EXPECT_EQ(table.headings, (Cells{"名称", "备注"}));
  ASSERT_EQ(table.rows.size(), 2u);
  EXPECT_EQ(table.rows[0].cells, (Cells{"湘演,商贸", "说\"好\" 的"}));
  EXPECT_EQ(table.rows[0].line, 2);
  EXPECT_EQ(table.rows[1].line, 5) << "lines inside a cell and empty ones count";
}

TEST(read, finds_the_separator) {
  EXPECT_EQ(good("a;b\n1;2,5\n").rows[0].cells, (Cells{"1", "2,5"}));
  EXPECT_EQ(good("a\tb\n1\t2\n").rows[0].cells, (Cells{"1", "2"}));
  EXPECT_EQ(good("a\n1").rows[0].cells, Cells{"1"});
}

TEST(read, takes_the_apostrophe_off_again) {
  EXPECT_EQ(good("a,b\n'=1+1,'tis\n").rows[0].cells, (Cells{"=1+1", "'tis"}));
}

TEST(read, knows_gb18030) {
  const std::string gbk = "\xC3\xFB\xB3\xC6\n\xCF\xE6\xD1\xDD\n";  // 名称, 湘演
  EXPECT_EQ(good(gbk).headings, Cells{"名称"});
  EXPECT_EQ(good(gbk, Encoding::gb18030).rows[0].cells, Cells{"湘演"});
  EXPECT_EQ(good("\x95\x32\x82\x36\n1").headings, Cells{"𠀀"}) << "four bytes for rare characters";
}

TEST(read, knows_utf16_by_its_mark) {
  std::string low = "\xFF\xFE", high = "\xFE\xFF";
  for (const char16_t unit : std::u16string(u"名称\t备注\n湘演\t𠀀\n")) {
    low += {static_cast<char>(unit & 255), static_cast<char>(unit >> 8)};
    high += {static_cast<char>(unit >> 8), static_cast<char>(unit & 255)};
  }
  for (const std::string& bytes : {low, high}) {
    EXPECT_EQ(good(bytes).headings, (Cells{"名称", "备注"}));
    EXPECT_EQ(good(bytes, Encoding::gb18030).rows.at(0).cells, (Cells{"湘演", "𠀀"}));
  }
}

TEST(read, reads_xlsx_with_dates_numbers_and_gaps) {
  const auto table = good(zipped(
      {{"xl/workbook.xml",
        "<workbook xmlns:r='x'><sheets><sheet name='S' sheetId='1' r:id='rId7'/></sheets></workbook>"},
       {"xl/_rels/workbook.xml.rels",
        "<Relationships><Relationship Id='rId7' Target='worksheets/main.xml'/></Relationships>"},
       {"xl/styles.xml",
        "<styleSheet><numFmts><numFmt numFmtId='170' formatCode='yyyy\"年\"m\"月\"'/></numFmts>"
        "<cellXfs><xf numFmtId='0'/><xf numFmtId='14'/><xf numFmtId='170'/></cellXfs></styleSheet>"},
       {"xl/sharedStrings.xml", "<sst><si><t>名称</t></si><si><r><t>湘</t></r><r><t>演</t></r></si></sst>"},
       {"xl/worksheets/main.xml",
        "<worksheet><sheetData><row r='1'><c r='A1' t='s'><v>0</v></c><c r='C1' t='inlineStr'><is><t>日期</t></is></c>"
        "<c r='D1' t='str'><v>资本</v></c></row>"
        "<row r='4'><c r='A4' t='s'><v>1</v></c><c r='C4' s='1'><v>43738</v></c><c r='D4'><v>1.0E5</v></c></row>"
        "<row r='5'><c r='C5' s='2'><v>36526.5</v></c><c r='D5'><v>0.1</v></c></row></sheetData></worksheet>"}}));
  EXPECT_EQ(table.headings, (Cells{"名称", "", "日期", "资本"}));
  ASSERT_EQ(table.rows.size(), 2u);
  EXPECT_EQ(table.rows[0].line, 4);
  EXPECT_EQ(table.rows[0].cells, (Cells{"湘演", "", "2019-09-30", "100000"}));
  EXPECT_EQ(table.rows[1].cells, (Cells{"", "", "2000-01-01", "0.1"}));
}

struct Bad {
  std::string bytes;
  Encoding encoding;
  const char* code;
  const char* zh;
  const char* en;
};

TEST(read, refuses_what_is_no_table_and_says_where) {
  const std::string cut = zipped({{"xl/workbook.xml", "<workbook/>"}});
  for (const Bad& bad : std::vector<Bad>{
           {"", Encoding::detect, "tables.empty", "文件中没有内容", "There is nothing in the file."},
           {"\r\n\r\n", Encoding::detect, "tables.empty", "文件中没有内容", "There is nothing in the file."},
           {"名称\n湘\xff演\n", Encoding::utf8, "tables.encoding_wrong",
            "第2行的文字不是UTF-8编码;请另存为UTF-8或GB18030(GBK)后再试",
            "Line 2 is not UTF-8: save the file as UTF-8 or GB18030 (GBK) and try again."},
           {"a\nb\n\xff\xff\n", Encoding::detect, "tables.encoding_wrong",
            "第3行的文字不是GB18030编码;请另存为UTF-8或GB18030(GBK)后再试",
            "Line 3 is not GB18030: save the file as UTF-8 or GB18030 (GBK) and try again."},
           {std::string("a\0b", 3), Encoding::detect, "tables.encoding_wrong", "这不是CSV或XLSX表格",
            "This is neither a CSV nor an XLSX table."},
           {"\xFF\xD8\xFF\xE0" + std::string("\0\x10JFIF", 6), Encoding::detect, "tables.encoding_wrong",
            "这不是CSV或XLSX表格", "This is neither a CSV nor an XLSX table."},
           {std::string("\xFF\xFE"
                        "a\0\n\0\0\xD8"
                        "b\0",
                        10),
            Encoding::detect, "tables.encoding_wrong", "第2行的文字不是UTF-16编码;请另存为UTF-8或GB18030(GBK)后再试",
            "Line 2 is not UTF-16: save the file as UTF-8 or GB18030 (GBK) and try again."},
           {std::string("\xFF\xFE"
                        "a\0\0\0",
                        6),
            Encoding::detect, "tables.encoding_wrong", "这不是CSV或XLSX表格",
            "This is neither a CSV nor an XLSX table."},
           {"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1...", Encoding::detect, "tables.encoding_wrong",
            "这是旧的XLS格式,不能读取;请用表格软件另存为XLSX或CSV后再试",
            "This is the old XLS format, which cannot be read: save it as XLSX or CSV and try again."},
           {"a\n1\n\"2\n3\n", Encoding::detect, "tables.quote_open", "第3行的引号没有闭合",
            "The quotation mark on line 3 is never closed."},
           {"名称,名称\n1,2\n", Encoding::detect, "tables.heading_twice", "表头中“名称”出现了两次,请改名或删去一列",
            "The heading 名称 is there twice: rename or remove one column."},
           {"a\n" + std::string(40'000, 'x'), Encoding::detect, "tables.too_large",
            "表格过大:最多20万行、200列,每格32767字节;请分成几个文件",
            "The table is too large: at most 200,000 rows, 200 columns and 32,767 bytes in a cell. Split it into "
            "several "
            "files."},
           {std::string(300, ','), Encoding::detect, "tables.too_large",
            "表格过大:最多20万行、200列,每格32767字节;请分成几个文件",
            "The table is too large: at most 200,000 rows, 200 columns and 32,767 bytes in a cell. Split it into "
            "several "
            "files."},
           {"PK\x03\x04 broken", Encoding::detect, "tables.xlsx_unreadable",
            "无法读取这个XLSX文件:文件已损坏;请用表格软件另存后再试",
            "This XLSX file cannot be read: the file is damaged. Save it anew with a spreadsheet program and try "
            "again."},
           {cut, Encoding::detect, "tables.xlsx_unreadable",
            "无法读取这个XLSX文件:找不到第一个工作表,或它过大;请用表格软件另存后再试",
            "This XLSX file cannot be read: its first sheet is missing, or too large. Save it anew with a spreadsheet "
            "program "
            "and try again."},
           {zipped({{"xl/worksheets/sheet1.xml",
                     "<worksheet><sheetData><row><c t='s'><v>9</v></c></row></sheetData></worksheet>"}}),
            Encoding::detect, "tables.xlsx_unreadable",
            "无法读取这个XLSX文件:单元格引用的文字不存在;请用表格软件另存后再试",
            "This XLSX file cannot be read: a cell refers to a text that is not there. Save it anew with a spreadsheet "
            "program and try again."}}) {
    const auto table = tables::read(bad.bytes, bad.encoding);
    ASSERT_FALSE(table) << bad.code;
    EXPECT_EQ(table.error().code, bad.code);
    EXPECT_EQ(table.error().message, (base::Text{bad.zh, bad.en}));
  }
}

TEST(unpack, gives_the_table_or_the_refusal_that_was_packed) {
  const auto table = tables::read("名称,代码\n湘演,1\n\n云演\n");
  const auto carried = tables::unpack(tables::pack(table));
  ASSERT_TRUE(carried);
  EXPECT_EQ(carried->headings, table->headings);
  ASSERT_EQ(carried->rows.size(), 2u);
  EXPECT_EQ(carried->rows[1].line, 4);
  EXPECT_EQ(carried->rows[1].cells, std::vector<std::string>{"云演"});

  const auto refused = tables::unpack(tables::pack(tables::read("a\n\"b\n")));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "tables.quote_open");
  EXPECT_EQ(refused.error().message.en, "The quotation mark on line 2 is never closed.");
}

TEST(unpack, refuses_bytes_that_were_not_packed_wherever_they_are_wrong) {
  const std::string whole = tables::pack(tables::read("名称,代码\n湘演,1\n"));
  const auto refuses = [](const std::string& bytes) {
    const auto table = tables::unpack(bytes);
    return !table && table.error().code == "tables.unreadable";
  };
  for (std::size_t size = 0; size < whole.size(); ++size) EXPECT_TRUE(refuses(whole.substr(0, size))) << size;
  EXPECT_TRUE(refuses(whole + "x"));
  EXPECT_TRUE(refuses("x" + whole));
  std::string larger = whole;
  larger[1] = '\xff';  // 255 headings
  EXPECT_TRUE(refuses(larger));
  std::string broken = whole;
  broken[9] = '\xff';  // within the first heading
  EXPECT_TRUE(refuses(broken)) << "not UTF-8";
  const std::string refusal = tables::pack(tables::read(""));
  EXPECT_TRUE(refuses(refusal + "x"));
  std::string foreign = refusal;
  foreign.replace(foreign.find("tables."), 7, "access.");
  EXPECT_TRUE(refuses(foreign)) << "another module's refusal";
  EXPECT_EQ(tables::unreadable().message.zh,
            "读取这个文件时出错,或者它展开后过大;请用表格软件另存为CSV后再试,或者分成几个文件");
}

}  // namespace
