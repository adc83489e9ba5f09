"""What a column of a table of old cases can be, and what tables call it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

NOTE = "note"  # several columns may be kept as notes


@dataclass(frozen=True)
class Target:
    """Something that a column can be; `names` are what tables call it, `label` what the portal does."""

    code: str
    label: Any
    names: tuple[str, ...]
    example: str = ""


@dataclass(frozen=True)
class Group:
    """Targets that belong together, for the list to choose from."""

    label: Any
    targets: tuple[Target, ...]


def _target(code: str, label: Any, names: str, example: str = "") -> Target:
    return Target(code, label, tuple(names.split("|")), example)


GROUPS = (
    Group(
        _("Case"),
        (
            _target(
                "old_number",
                _("Your own case number"),
                "Nomor kasus lama|Nomor kasus|Kode kasus|ID kasus|Nomor registrasi|Nomor register|Nomor registrasi kasus|"
                "Nomor reg|Nomor pengaduan|Kode pengaduan|Nomor berkas|Case number|Case ID|Case code|Register number|Old number",
                "017/SP/2021",
            ),
            _target(
                "logged_on",
                _("Day of the complaint"),
                "Tanggal pengaduan|Tanggal lapor|Tanggal laporan|Tanggal masuk|Tanggal kasus|Tanggal kasus masuk|Tanggal terima|"
                "Tanggal aduan|Tanggal penerimaan|Tanggal registrasi|Tanggal|Date|Date of complaint|Date received|Complaint date",
                "12/03/2021",
            ),
            _target(
                "topics",
                _("Topics"),
                "Masalah|Jenis masalah|Permasalahan|Jenis permasalahan|Jenis kasus|Kasus|Kategori kasus|Kategori|Kategori masalah|"
                "Jenis pengaduan|Topik|Problem|Topic|Topics|Type of case|Case type|Category",
                "Gaji tidak dibayar",
            ),
            _target(
                "chronology",
                _("What happened"),
                "Kronologi|Kronologis|Kronologi kasus|Kronologis kasus|Kronologi singkat|Uraian|Uraian kasus|Uraian masalah|"
                "Deskripsi|Deskripsi kasus|Cerita|Ringkasan kasus|Isi pengaduan|Posisi kasus|Duduk perkara|Chronology|Description|What happened|Story",
                "Gaji tiga bulan belum dibayar.",
            ),
            _target(
                "demands",
                _("What is asked for"),
                "Tuntutan|Harapan|Permintaan|Permohonan|Tuntutan korban|Demands|Demand|Request",
                "Gaji dibayar penuh",
            ),
            _target(
                "incident_date",
                _("Date of the incident"),
                "Tanggal kejadian|Waktu kejadian|Incident date|Date of incident",
            ),
            _target(
                "urgency",
                _("Urgency"),
                "Urgensi|Prioritas|Mendesak|Tingkat urgensi|Darurat|Priority|Urgency|Urgent",
            ),
            _target(
                "caseworker",
                _("Caseworker"),
                "Pendamping|Nama pendamping|PIC|Petugas|Penanggung jawab|Staf|Staf pendamping|Ditangani oleh|Caseworker|Case worker|Handled by",
            ),
            _target(
                "channel",
                _("How the complaint came"),
                "Cara pengaduan|Media pengaduan|Sumber pengaduan|Saluran pengaduan|Via|Melalui|Channel|Source",
            ),
            _target(
                "accused_party",
                _("Accused party"),
                "Terlapor|Pihak terlapor|Pelaku|Teradu|Accused|Accused party",
            ),
            _target(
                NOTE,
                _("Keep as a note"),
                "Keterangan|Catatan|Tindak lanjut|Penanganan|Langkah penanganan|Perkembangan|Upaya|Upaya penanganan|Notes|Note|Remarks|Comments|Follow up",
            ),
        ),
    ),
    Group(
        _("Worker"),
        (
            _target(
                "name",
                _("Worker's name"),
                "Nama|Nama lengkap|Nama klien|Nama korban|Nama pekerja|Nama pekerja migran|Nama buruh migran|Name|Full name|Worker|Worker name|Workers name|Client|Client name",
                "Contoh Melati",
            ),
            _target("sex", _("Sex"), "Jenis kelamin|Kelamin|JK|J K|L P|P L|Gender|Sex", "P"),
            _target(
                "nik",
                _("NIK"),
                "NIK|Nomor KTP|KTP|Nomor induk kependudukan|Nomor identitas|ID number",
                "3212014101900001",
            ),
            _target(
                "passport_number",
                _("Passport number"),
                "Nomor paspor|Paspor|Nomor passport|Passport|Passport number|Nomor paspor SPLP",
                "C1234567",
            ),
            _target(
                "birth_date",
                _("Birth date"),
                "Tanggal lahir|Tempat tanggal lahir|Tempat dan tanggal lahir|TTL|Lahir|Date of birth|Birth date|DOB|Born",
                "31 Desember 1990",
            ),
            _target(
                "home_province",
                _("Home province"),
                "Provinsi|Propinsi|Provinsi asal|Propinsi asal|Asal provinsi|Daerah asal provinsi|Province|Home province",
                "Jawa Barat",
            ),
            _target(
                "home_regency",
                _("Home regency or city"),
                "Kabupaten|Kabupaten kota|Kabupaten asal|Kota asal|Kabupaten kota asal|Daerah asal|Asal daerah|Asal|Regency|City of origin|Home regency|Home regency or city",
                "Kabupaten Indramayu",
            ),
            _target(
                "home_village",
                _("Home village and address"),
                "Alamat|Alamat asal|Alamat lengkap|Alamat rumah|Alamat KTP|Alamat sesuai KTP|Desa|Desa kelurahan|Desa asal|Kecamatan|Address|Home address|Village",
            ),
            _target(
                "contact",
                _("Worker's phone or e-mail"),
                "Nomor HP|Nomor telepon|Nomor telp|Nomor tlp|HP|Telepon|Telp|Nomor WA|WA|Whatsapp|Nomor whatsapp|Kontak|Nomor kontak|Nomor handphone|Phone|Phone number|Contact|Mobile",
                "081234567890",
            ),
            _target("disability", _("Disability or special need"), "Disabilitas|Kebutuhan khusus|Disability"),
        ),
    ),
    Group(
        _("Reporter"),
        (
            _target(
                "reporter_type",
                _("Who reports"),
                "Jenis pelapor|Pelapor sebagai|Status pelapor|Tipe pelapor|Reporter type|Who reports",
            ),
            _target(
                "reporter_name",
                _("Reporter's name"),
                "Pelapor|Nama pelapor|Nama pengadu|Pengadu|Reporter|Reporter name|Reporters name|Complainant",
                "Contoh Budi",
            ),
            _target(
                "reporter_relation",
                _("Relation to the worker"),
                "Hubungan|Hubungan dengan|Hubungan dengan pekerja|Hubungan keluarga|Hubungan pelapor|Relation|Relation to the worker|Relationship",
                "Suami",
            ),
            _target(
                "reporter_contact",
                _("Reporter's phone or e-mail"),
                "Kontak pelapor|Nomor HP pelapor|Nomor telepon pelapor|HP pelapor|Telepon pelapor|Nomor WA pelapor|Kontak pengadu|Nomor HP pengadu|Reporter phone|Reporter contact",
            ),
        ),
    ),
    Group(
        _("Placement"),
        (
            _target(
                "country",
                _("Destination country"),
                "Negara|Negara penempatan|Negara tujuan|Negara tujuan penempatan|Negara kerja|Country|Destination|Destination country|Country of destination",
                "Malaysia",
            ),
            _target(
                "place",
                _("City or district"),
                "Kota|Kota penempatan|Kota kerja|Kota tujuan|Tempat kerja|Lokasi kerja|Lokasi|City|City or district|Place",
                "Johor Bahru",
            ),
            _target("stage", _("Stage"), "Tahap|Tahapan|Tahap migrasi|Fase|Stage"),
            _target(
                "procedural_status",
                _("Placement procedure"),
                "Prosedural|Status penempatan|Jalur|Jalur penempatan|Jalur keberangkatan|Prosedur|Status keberangkatan|Legal|Procedural|Placement procedure",
            ),
            _target(
                "sector",
                _("Kind of work"),
                "Pekerjaan|Jenis pekerjaan|Jabatan|Sektor|Sektor pekerjaan|Bidang pekerjaan|Job|Occupation|Sector|Kind of work",
                "PRT",
            ),
            _target(
                "recruiter",
                _("Recruiter (P3MI)"),
                "P3MI|PPTKIS|PJTKI|PT|Nama PT|Nama P3MI|Nama PPTKIS|Perusahaan|Perekrut|Recruiter",
            ),
            _target("broker", _("Broker or sponsor"), "Calo|Sponsor|Nama sponsor|Petugas lapangan|PL|Broker"),
            _target(
                "foreign_agency",
                _("Agency abroad"),
                "Agensi|Agency|Agen|Nama agensi|Agensi luar negeri|Foreign agency",
            ),
            _target(
                "employer_name",
                _("Employer"),
                "Majikan|Nama majikan|Pengguna|Pemberi kerja|Employer|Employer name",
            ),
            _target(
                "employer_address",
                _("Employer's address"),
                "Alamat majikan|Alamat kerja|Alamat tempat kerja|Employer address",
            ),
            _target(
                "departure_date",
                _("Departure"),
                "Tanggal berangkat|Tanggal keberangkatan|Tanggal pemberangkatan|Departure|Departure date",
            ),
        ),
    ),
    Group(
        _("How it ended"),
        (
            _target(
                "status",
                _("Open or closed"),
                "Status|Status kasus|Status penanganan|Status akhir|Status pengaduan|Case status",
                "Selesai",
            ),
            _target(
                "closed_on",
                _("Day it was closed"),
                "Tanggal selesai|Tanggal tutup|Tanggal ditutup|Tanggal penutupan|Tanggal kasus selesai|Closed|Closed on|Date closed|Closing date",
                "30/06/2021",
            ),
            _target(
                "outcome",
                _("Outcome"),
                "Hasil|Hasil akhir|Hasil penanganan|Penyelesaian|Hasil penyelesaian|Outcome|Result|Resolution",
                "Hak atau gaji dibayarkan",
            ),
            _target(
                "amount_claimed",
                _("Amount claimed"),
                "Jumlah tuntutan|Nilai tuntutan|Jumlah klaim|Amount claimed|Claim",
            ),
            _target(
                "amount_recovered",
                _("Amount recovered"),
                "Jumlah dibayar|Jumlah diterima|Nilai diterima|Hak yang diterima|Jumlah hak yang dibayar|Amount recovered|Recovered|Paid",
            ),
            _target("currency", _("Currency"), "Mata uang|Currency"),
        ),
    ),
)
TARGETS = {target.code: target for group in GROUPS for target in group.targets}
